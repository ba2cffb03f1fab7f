"""What a question asks for, in both languages and however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.courtesy import small_talk, without_courtesy
from rag.questions import question_kind

KINDS = """
who      | Кто возглавляет правление Клуба молодых промышленников?
who      | Түңәрәк өҫтәлдең модераторы кем булды?
who      | Тунэрэк остэлдэ модератор кем булган?
who      | Мәғариф министры кем?
who      | Кто наградил Рустэма Хамитова?
who      | Кому вручили награду?
who      | Чей это проект?
who      | С кем встретился президент?
who      | Кемгә бүләк бирелде?
who      | Яңы министр итеп кемде тәғәйенләнеләр?
who      | кто министр
when     | Когда создан Центр кластерного развития Башкортостана?
when     | Кластерлы үҫеш үҙәге ҡайһы йылда булдырылды?
when     | Кластерлы усеш узэге кайхы йылда булдырылды?
when     | Өфөлә кампустың беренсе сираты ҡасан асылды?
when     | Кампус касан асылды?
when     | В каком году открыли школу?
when     | В какие годы её строили?
when     | С какого числа действует закон?
when     | В какой день прошёл форум?
when     | К какому сроку построят мост?
when     | Саммит нисәнсе йылда үтте?
when     | Сара ҡайһы көндө үтә?
when     | А когда?
when     | КОГДА ОТКРЫЛИ ШКОЛУ
how_many | Сколько студенческих городков должно появиться в России к 2036 году?
how_many | Каков был объём инновационной продукции Башкортостана за прошлый год?
how_many | Какая сумма выделена?
how_many | Какова численность населения?
how_many | На сколько вырос бюджет?
how_many | Хәҙер доллар курсы күпме?
how_many | Нисә кеше ҡатнашты?
how_many | Нисэ кеше катнашты?
how_many | Купме акса буленде?
how_many | Программаның финанслау күләме ниндәй?
where    | Где находится кампус?
where    | Куда поедет делегация?
where    | Откуда взялись деньги?
where    | Түңәрәк өҫтәл ҡайҙа үтте?
where    | Тунэрэк остэл кайза утте?
where    | Делегация ҡайҙан килде?
where    | В каком городе построят завод?
where    | Ҡайһы ҡалала завод төҙөлә?
why      | Почему закрыли дорогу?
why      | По какой причине отменили рейс?
why      | Зачем нужен кластер?
why      | Ниңә юл ябылды?
why      | Ни өсөн юл ябылды?
which    | Какой фонд поддерживает проект?
which    | Какая компания построила завод?
which    | Какой вектор развития выбран?
which    | Ниндәй фонд менән эшләйҙәр?
list     | Какие предприятия участвовали в заседании?
list     | Какие деньги выделены?
list     | Назовите участников
list     | Ниндәй предприятиелар ҡатнашты?
list     | Ҡайһы ойошмалар ҡатнашты?
yes_no   | Построена ли школа?
yes_no   | Правда, что мост закрыт?
yes_no   | Мәктәп төҙөлдөмө?
what     | Что решили участники?
what     | Кто такой Олег Тыщенко?
what     | кто такая елена петрова
what     | Кто такие волонтёры?
what     | Кем является Олег Тыщенко?
what     | Кем работает Олег Тыщенко?
what     | Кем ул Сергей Борисов?
what     | Сергей Борисов кем ул?
what     | Рөстәм Хәмитов кем?
what     | Нимә тураһында һөйләштеләр?
what     | Нимэ турахында хойлэштелэр?
unknown  | Инновационная продукция
unknown  | Башҡортостан
unknown  | Who is the president?
unknown  | 12345
unknown  | 😀
"""

TALK = """
greeting | Привет!
greeting | привет, как дела?
greeting | Здравствуйте!
greeting | Добрый день
greeting | Доброе утро!!! 😀
greeting | Сәләм, дуҫтар!
greeting | Һаумыһығыҙ
greeting | Хаумыхыгыз!
greeting | Хәйерле көн!
greeting | Хәйерле кис, йәмәғәт
greeting | Хэйерле иртэ
greeting | Хәлдәр нисек?
greeting | Hello
greeting | До свидания!
greeting | Һау булығыҙ!
greeting | Хуш!
greeting | Здрасьте
greeting | Иҫәнмеһегеҙ!
greeting | Исәнмеһегеҙ
greeting | Исэнмехегез
thanks   | Ок, спасибо
thanks   | Хорошо, спасибо
thanks   | Всё понятно, спасибо
thanks   | спасибо большое за ответ!
thanks   | Понятно.
thanks   | рәхмәт, аңланым
thanks   | Яуабығыҙ өсөн рәхмәт!
thanks   | Спасибо!
thanks   | Большое вам спасибо
thanks   | Благодарю
thanks   | Рәхмәт!
thanks   | Ҙур рәхмәт һеҙгә!
thanks   | Рахмат
thanks   | Thank you
"""

NO_TALK = """
Привет, когда открыли кампус?
Сәләм! Кампус ҡасан асылды?
Рәхмәтуллина
Рәхмәтуллина кем?
Рахматуллина
Хушбулов
Благодаров
Сәләмәтлек
Приветствие участников
Пока не построили мост, как ездили?
hi tech парк
Кому сказали спасибо?
За что спасибо?
Всё о кампусе
Яуап
За ответ
???
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip() for part in line.split("|")) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("kind", "question"), rows(KINDS))
def test_what_a_question_asks_for(kind: str, question: str) -> None:
    assert question_kind(question) == kind


@pytest.mark.parametrize(("kind", "text"), rows(TALK))
def test_greetings_and_thanks(kind: str, text: str) -> None:
    assert small_talk(text) == kind


@pytest.mark.parametrize("text", [*NO_TALK.strip().splitlines(), ""])
def test_what_only_begins_like_a_greeting_is_a_question(text: str) -> None:
    assert small_talk(text) is None


@pytest.mark.parametrize("question", [question for _, question in rows(KINDS)])
def test_a_question_is_no_small_talk(question: str) -> None:
    assert small_talk(question) is None


@given(st.text(), st.sampled_from([question for _, question in rows(KINDS)]))
def test_signs_do_not_change_what_is_asked_for(text: str, question: str) -> None:
    signs = "".join(c for c in text if not c.isalnum() and c != "_" and not c.isspace())

    assert question_kind(f"{signs} {question} {signs}") == question_kind(question)


COURTESY = """
Добрый день. Когда прошло заседание? | Когда прошло заседание?
Здравствуйте! Кто модератор? | Кто модератор?
Здравствуйте, подскажите, пожалуйста, кто модератор? | кто модератор?
Пожалуйста, скажите, кто модератор? | кто модератор?
Скажите кто модератор | кто модератор
Не подскажете, где кампус? | где кампус?
Можете сказать, где кампус? | где кампус?
Извините, а где кампус? | а где кампус?
Привет, как дела? Где кампус? | Где кампус?
Спасибо — а когда он прошёл? | а когда он прошёл?
Расскажи о Кластерном центре развития | Кластерном центре развития
Расскажите, пожалуйста, об Уфе. | Уфе.
Где кампус, пожалуйста? | Где кампус
Сәләм! Модератор кем булды? | Модератор кем булды?
Һаумыһығыҙ! Модератор кем булды? | Модератор кем булды?
Хәйерле көн, модератор кем? | модератор кем?
Зинһар, әйтегеҙ, модератор кем булды? | модератор кем булды?
Әйтегеҙсе, модератор кем булды? | модератор кем булды?
Зинхар, эйтегез, модератор кем булды? | модератор кем булды?
Кластерлы үҫеш үҙәге тураһында һөйләгеҙ. | Кластерлы үҫеш үҙәге
Кластерлы үҫеш үҙәге хаҡында һөйләп бирегеҙсе | Кластерлы үҫеш үҙәге
"""

NO_COURTESY = """
Кому сказали спасибо?
Привет
Скажите, пожалуйста
Пока не построили мост, как ездили?
Салют в честь праздника когда будет?
Как дела в Уфе?
Приветствие участников кто зачитал?
Рәхмәтуллина кем?
Простите ли долг?
Сказители на празднике кто?
Расскажи подробнее
Һөйләшеү ҡасан булды?
Башҡорт теле тураһында кем һөйләне?
Дни памяти
😀
"""


@pytest.mark.parametrize(("said", "asked"), rows(COURTESY))
def test_what_is_asked_stands_without_greetings_and_requests(said: str, asked: str) -> None:
    assert without_courtesy(said) == asked


@pytest.mark.parametrize("question", [*NO_COURTESY.strip().splitlines(), ""])
def test_what_belongs_to_a_question_is_left_in_it(question: str) -> None:
    assert without_courtesy(question) == question


@given(st.text())
def test_what_is_asked_is_a_part_of_what_is_said(text: str) -> None:
    assert without_courtesy(text) in text
