import pytest
from argon2 import PasswordHasher

from gazetteer.accounts import passwords
from gazetteer.accounts.client_network import derive_client_network
from gazetteer.accounts.problems import WeakPassword


@pytest.mark.parametrize(
    "password",
    [
        "heron over wet rice",
        "aaaaabbbbbcccccddddde",
        "七里香路口的老榕树下有三只白鹭",
        "qm7-wtx-93v-plo",
        "    spaces count    ",
    ],
)
def test_length_is_enough_whatever_the_characters_are(password: str) -> None:
    passwords.check_password(password, "zhang.san", "张三丰")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "elevenchars",
        "x" * 257,
        "aaaaaaaaaaaa",
        "123456789012",
        "abcdefghijkl",
        "lkjihgfedcba",
        "qwertyuiopas",
        "Password2024!!",
        "password1234",
        "Woaini1314520",
        "1qaz2wsx3edc",
        "gazetteer is good",
        "abcabcabcabc",
        "zhang.san is my name",
        "我的名字是张三丰呀呀呀呀呀",
    ],
)
def test_a_short_common_or_own_name_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        passwords.check_password(password, "zhang.san", "张三丰")
    assert refused.value.field == "password"
    assert password == "" or password not in str(refused.value)


def test_a_hash_is_argon2id_salted_and_verifies_only_its_password() -> None:
    one, two = (
        passwords.hash_password("heron over wet rice"),
        passwords.hash_password("heron over wet rice"),
    )
    assert one != two
    assert one.startswith("$argon2id$")
    assert passwords.verify_password(one, "heron over wet rice")
    assert not passwords.verify_password(one, "heron over wet ricE")
    assert not passwords.verify_password("not a hash", "heron over wet rice")


def test_the_same_text_typed_in_full_width_is_the_same_password() -> None:
    assert passwords.verify_password(
        passwords.hash_password("heron over wet rice"), "ｈｅｒｏｎ over wet rice"
    )


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert passwords.is_hash_outdated(PasswordHasher(time_cost=1, memory_cost=64).hash("x"))
    assert not passwords.is_hash_outdated(passwords.hash_password("x"))


def test_random_passwords_differ_and_pass_the_rules() -> None:
    made = {passwords.generate_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.check_password(password)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "local"),
        ("unix:", "local"),
    ],
)
def test_an_address_counts_as_what_one_subscriber_has(address: str, counted: str) -> None:
    assert derive_client_network(address) == counted
