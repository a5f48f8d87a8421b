from typing import Any, Callable
NativeFunction = Callable[..., Any]
def compile_native(tree, environment):
    return None
