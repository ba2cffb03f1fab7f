"""The model as it is trained: BERT with mean pooling, in bfloat16 where that is exact enough."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from transformers import AutoModel, AutoTokenizer


class Encoder:
    """Texts in, unit vectors out, with gradients where they are wanted.

    The word embeddings are frozen and dropout is off: little is seen of each word, and what is
    taught must not blur what is known. Matrix products run in bfloat16 on float32 weights.
    """

    def __init__(self, folder: Path, rank: int | None = None) -> None:
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        # Attention written out: several times faster in bfloat16 on a CPU than the fused one.
        self.network: nn.Module = AutoModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation="eager"
        )
        self.layers: nn.Module = self.network.get_submodule("encoder")
        self.network.eval()
        self.network.requires_grad_(False)
        if rank is None:
            self.layers.requires_grad_(True)
        else:
            _add_low_rank(self.layers, rank)

    def trained(self) -> list[nn.Parameter]:
        """Return the parameters that learn."""
        return [one for one in self.layers.parameters() if one.requires_grad]

    def weights(self) -> dict[str, Tensor]:
        """Return the weights of the layers as they would be stored, adapters merged in."""
        return {
            f"{name}.{kind}": getattr(module, kind).detach()
            for name, module in self.layers.named_modules()
            if isinstance(module, nn.Linear | nn.LayerNorm)
            for kind in ("weight", "bias")
        }

    def __call__(self, texts: Sequence[str], max_tokens: int) -> Tensor:
        """Return float32 vectors (n, dimension) of unit length."""
        given = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=max_tokens, return_tensors="pt"
        )
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.network(**given).last_hidden_state
        mask = given["attention_mask"].unsqueeze(-1).float()
        return nn.functional.normalize((hidden.float() * mask).sum(1) / mask.sum(1), dim=-1)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text without markers."""
        if not texts:
            return []
        encoded = self._tokenizer(list(texts), add_special_tokens=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]


class _LowRank(nn.Module):
    """A weight and a product of two thin matrices: Hu et al., "LoRA", 2021."""

    def __init__(self, rows: int, columns: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(rank, columns) / columns**0.5)
        self.up = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + self.up @ self.down


def _add_low_rank(layers: nn.Module, rank: int) -> None:
    linear = [module for module in layers.modules() if isinstance(module, nn.Linear)]
    for module in linear:
        rows, columns = module.weight.shape
        parametrize.register_parametrization(module, "weight", _LowRank(rows, columns, rank))
