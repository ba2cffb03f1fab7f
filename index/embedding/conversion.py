"""A sentence-transformers folder made of the packaged weights."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from index.embedding.charsmap import precompiled_charsmap
from index.embedding.packaged import Packaged
from index.embedding.protocol import FloatMatrix


def write_folder(packaged: Packaged, weights: Mapping[str, FloatMatrix], folder: Path) -> None:
    """Write the model with ``weights``, its tokenizer and configuration into ``folder``."""
    from safetensors.numpy import save_file  # not needed once the folder exists

    save_file(dict(weights), folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(packaged).save(str(folder / "tokenizer.json"))
    for name, content in _configuration(packaged).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1))


def weights_of(packaged: Packaged) -> dict[str, FloatMatrix]:
    """Return the weights by their names in the transformers library."""
    shape = packaged.shape
    weights = {
        "embeddings.word_embeddings.weight": packaged.tensor("emb.word", shape.hidden),
        "embeddings.position_embeddings.weight": packaged.tensor("emb.pos", shape.hidden),
        "embeddings.token_type_embeddings.weight": packaged.tensor("emb.type", shape.hidden),
        "embeddings.LayerNorm.weight": packaged.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": packaged.tensor("emb.ln.b"),
        # BERT's pooler is not used by mean pooling; left out, its absence is reported at each load.
        "pooler.dense.weight": np.zeros((shape.hidden, shape.hidden), np.float32),
        "pooler.dense.bias": np.zeros(shape.hidden, np.float32),
    }
    linear = {
        "q": ("attention.self.query", shape.hidden),
        "k": ("attention.self.key", shape.hidden),
        "v": ("attention.self.value", shape.hidden),
        "ao": ("attention.output.dense", shape.hidden),
        "fi": ("intermediate.dense", shape.hidden),
        "fo": ("output.dense", shape.feed_forward),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(shape.layers):
        target = f"encoder.layer.{layer}"
        for short, (name, inputs) in linear.items():
            weights[f"{target}.{name}.weight"] = packaged.tensor(f"l{layer}.{short}.w", inputs)
            weights[f"{target}.{name}.bias"] = packaged.tensor(f"l{layer}.{short}.b")
        for short, name in norms.items():
            weights[f"{target}.{name}.weight"] = packaged.tensor(f"l{layer}.{short}.w")
            weights[f"{target}.{name}.bias"] = packaged.tensor(f"l{layer}.{short}.b")
    return weights


def _tokenizer(packaged: Packaged) -> Any:
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    bos, eos = packaged.special["bos"], packaged.special["eos"]
    tokenizer = Tokenizer(models.Unigram(packaged.pieces, packaged.special["unk"], False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(precompiled_charsmap(packaged.replacements)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", bos), ("</s>", eos)],
    )
    names = [packaged.pieces[index][0] for index in packaged.special.values()]
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in [*names, "<mask>"]])
    return tokenizer


def _configuration(packaged: Packaged) -> dict[str, Any]:
    shape, special = packaged.shape, packaged.special
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.token_types,
            "layer_norm_eps": shape.epsilon,
            "bos_token_id": special["bos"],
            "eos_token_id": special["eos"],
            "pad_token_id": special["pad"],
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions},
    }
