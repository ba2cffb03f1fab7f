"""``/docs`` shows the whole description, and loads nothing from elsewhere."""

import re

from tests.service.serving import Serve


def test_the_page_shows_every_operation_field_and_example(serve: Serve) -> None:
    with serve() as client:
        page, whole = client.get("/docs"), client.get("/openapi.json").json()
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        for path, methods in whole["paths"].items():
            for method in methods:
                assert f"<code>{method.upper()} {path}</code>" in page.text
        for name, schema in whole["components"]["schemas"].items():
            assert f'<section id="{name}">' in page.text
            for field in schema.get("properties", ()):
                assert f"<td><code>{field}</code></td>" in page.text
        assert "Түңәрәк өҫтәлдең модераторы кем булды?" in page.text
        linked = set(re.findall(r'(?:href|src)="([^"#]+)"', page.text))
        assert linked == {"docs/style.css", "openapi.json"}
        for address in linked:
            assert client.get(f"/{address}").status_code == 200
        assert "<script" not in page.text
