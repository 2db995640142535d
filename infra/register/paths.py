"""Property paths, as the Pulumi engine writes them."""


def below(path: str, key: str) -> str:
    """The path of a key below a path.

    >>> below("holds", "srv-1"), below("", "holds"), below("assigned", "192.0.2.1")
    ('holds.srv-1', 'holds', 'assigned["192.0.2.1"]')
    """
    if not key or any(character in key for character in '.[]"\\'):
        quoted = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{quoted}"]'
    return f"{path}.{key}" if path else key
