"""What a victim would else do first, for seconds: libraries, and tables of the first word."""

import service.cli
import service.opening
import service.server  # noqa: F401 - for its being there
from index.text.analysis import analyse

analyse("мәктәптәребеҙҙең школами", "ba")
analyse("школами", "ru")
