"""``python -m index.embedding``: prepare the bundled model, as the set-up does."""

from index.embedding.bundled import ADAPTED_SPEC, bundled_folder
from index.settings import IndexSettings

if __name__ == "__main__":
    bundled_folder(ADAPTED_SPEC, IndexSettings().model_dir)
