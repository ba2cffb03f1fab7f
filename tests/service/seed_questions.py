"""Questions to the seeds, and the documents that answer them."""

CAMPUSES = "Сколько студенческих городков должно появиться в России к 2036 году?"
CHAIRMAN = "Кто возглавляет правление Клуба молодых промышленников?"
MODERATOR = "Түңәрәк өҫтәлдең модераторы кем булды?"
CENTRE = "Кластерлы үҫеш үҙәге ҡайһы йылда булдырылды?"
CENTRE_IN_RUSSIAN = "Когда создан Центр кластерного развития Башкортостана?"
CAMPUS_IN_BASHKIR = "Өфөлә кампустың беренсе сираты ҡасан асылды?"
PRODUCTION_IN_RUSSIAN = "Каков был объём инновационной продукции Башкортостана за прошлый год?"
MODERATOR_IN_RUSSIAN_LETTERS = "Тунэрэк остэлдэ модератор кем булган?"
WEATHER = "Какая завтра погода в Уфе?"
DOLLAR = "Хәҙер доллар курсы күпме?"
ROUND_TABLE, INNOVATION, CLUSTER = (
    f"00{number}_{name}.txt"
    for number, name in enumerate(("f00c0aadca1db42a", "b684a5fe1f11274f", "cef33e01a01188d3"))
)
