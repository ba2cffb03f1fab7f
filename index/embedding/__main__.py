"""``python -m index.embedding``: prepare the bundled model, as the set-up does."""

from index.embedding.bundled import bundled_folder
from index.settings import IndexSettings

if __name__ == "__main__":
    bundled_folder(IndexSettings().model_dir)
