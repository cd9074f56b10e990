import pytest

from web.pages.forms import restrict_to_local_path


@pytest.mark.parametrize("target", ["/account", "/units/440106?at=1990-01-01", "/"])
def test_a_login_leads_back_to_where_the_person_came_from(target: str) -> None:
    assert restrict_to_local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        *(None, "", "account", "//evil.example/", "https://evil.example/"),
        *("/\\evil.example", "/\t/evil.example", "/\r\n/evil.example", "/a\r\nX-Header: 1"),
    ],
)
def test_a_login_never_leads_to_another_site(target: str | None) -> None:
    assert restrict_to_local_path(target) == "/account"
