"""Settings and data folder as a command line gives them."""

from pathlib import Path

from pydantic import ValidationError

from index.errors import InvalidSetting
from index.folder import DataFolder
from service.settings import ServiceSettings
from service.terminal import notes
from service.words import say


def open_settings(data_dir: Path | None, **given: object) -> ServiceSettings:
    """Return the settings of the environment with what was given on the command line.

    Raises InvalidSetting for a value that is not allowed.
    """
    values = {key: value for key, value in given.items() if value is not None}
    if data_dir is not None:
        values["data_dir"] = data_dir
    try:
        return ServiceSettings(**values)  # type: ignore[arg-type] # checked by the class itself
    except ValidationError as error:
        fault = error.errors()[0]
        name = "YAUAP_" + str(fault["loc"][0]).upper()
        raise InvalidSetting("cli.setting", name=name, why=fault["msg"]) from error


def open_folder(data_dir: Path | None) -> DataFolder:
    """Open the data folder, saying so where the model is converted first."""
    return DataFolder(open_settings(data_dir), lambda: notes.print(say("converting")))
