"""Common passwords of at least twelve characters, and common stems that people pad with digits.

Deliberately a short list: nearly all leaked passwords are shorter than the required twelve
characters, and most of the others are a common word with digits around it, which the stems cover.
"""

_STEMS = """
password passwort passw0rd p@ssword p@ssw0rd pa$$word motdepasse mima mimamima
admin administrator adminadmin root rootroot guest user test testtest default changeme
letmein welcome login master secret qwerty qwertyuiop qwertyqwerty qazwsx qazwsxedc asdfgh
asdfghjkl zxcvbn zxcvbnm abc abcd abcde abcdef abcdefg abcabc aaa aaaa asd qwe asdasd qweqwe
iloveyou ilove woaini woaiwo woaimama woaizuguo woaizhongguo nihao nihaoma zhongguo zhonghua
china beijing shanghai guangdong guangzhou shenzhen zhuhai foshan dongguan zhongshan
diming mingzheng minzheng minzhengju minzhengting xingzheng quhua ditu
monkey dragon football baseball sunshine princess superman batman michael jordan shadow
trustno hello freedom whatever computer internet samsung google baidu tencent alibaba taobao
system server database postgres oracle mysql company office spring summer autumn winter
"""

_COMMON_PASSWORDS = """
1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1qaz2wsx3edc 1qaz2wsx3edc4rfv zaq12wsxcde3
zaq1xsw2cde3 q1w2e3r4t5y6 q1w2e3r4t5y6u7i8 1a2b3c4d5e6f a1b2c3d4e5f6 123qweasdzxc qweasdzxc123
123456qwerty qwerty123456 123456abcdef abcdef123456 abc123abc123 123abc123abc 1234qwerasdf
qwer1234asdf qwertyuiop[] qwertyuiop123 asdfghjkl123 zxcvbnm123456 147258369000 147258369147
112233445566 123123123123 121212121212 131313131313 100200300400 102030405060 987654321000
520131452013 woaini521314 woaini1314520 5201314woaini a123456789012 aa123456789a 1234567890ab
correcthorsebatterystaple thisismypassword mypassword123 letmeinplease iloveyouforever
opensesame123 nopassword123 passwordpassword adminpassword administrator1 rootpassword
"""

COMMON_STEMS = frozenset(_STEMS.split())
COMMON_PASSWORDS = frozenset(_COMMON_PASSWORDS.split())
