"""The patterns that codes and ids follow in requests; each has words of its own when it fails."""

CODE_PATTERN = r"^([0-9]{6}|[0-9]{9}|[0-9]{12})$"

CODE_OR_ID_PATTERN = f"{CODE_PATTERN}|^[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}$"

SHA256_PATTERN = r"^[0-9a-f]{64}$"

CALLBACK_PATTERN = r"^[A-Za-z_$][0-9A-Za-z_$]*([.][A-Za-z_$][0-9A-Za-z_$]*)*$"

PATTERN_MESSAGES = {
    CALLBACK_PATTERN: "request.not_a_callback",
    CODE_PATTERN: "request.not_a_code",
    CODE_OR_ID_PATTERN: "request.not_a_code_or_id",
    SHA256_PATTERN: "request.not_a_sha256",
}
"""The message for a value that does not match, by pattern."""
