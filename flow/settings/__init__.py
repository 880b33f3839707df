"""Settings: environment variables first, then files in an owner-only folder that ComfyUI does not serve."""

from .reading import DEFAULT_BASE_URL, Limits, Problem, Settings, default_home, environment_names, read
from .rules import FLAGS, LANGUAGES, NUMBERS, Number
from .saved_files import checked_key, save_key, save_settings, set_aside

__all__ = [
    "DEFAULT_BASE_URL",
    "FLAGS",
    "LANGUAGES",
    "NUMBERS",
    "Limits",
    "Number",
    "Problem",
    "Settings",
    "checked_key",
    "default_home",
    "environment_names",
    "read",
    "save_key",
    "save_settings",
    "set_aside",
]
