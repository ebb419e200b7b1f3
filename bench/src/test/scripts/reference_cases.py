"""Writes the reference cases in bench/src/test/resources/reference, which PyTorch 2.13 computed.

    python3 bench/src/test/scripts/reference_cases.py bench/src/test/resources/reference
    python3 bench/src/test/scripts/reference_cases.py --check FOLDER   (any folder in this format)

The script computes CLIP and the methods in float64, as published: each class separately, each text
at the full length of the model, without shared work. The models are tiny. All their weights are
random, including biases and norms, so that a program that ignores one of them fails. --check
computes the losses and logits of the train and zero-shot cases in a folder of another program.
"""

import json
import math
import pathlib
import random
import re
import struct
import sys
import zlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

NAMES = ["St. Bernard", "semi-detached_house", "cat", "U.S. flag!", "x", "ice cream, melted"]


# ---- files


def write_safetensors(path, tensors):
    header, data, at = {}, b"", 0
    for name, t in tensors.items():
        if t.dtype == torch.float64:
            raw, kind = t.detach().to(torch.float32).contiguous().numpy().tobytes(), "F32"
        else:
            raw, kind = t.to(torch.int64).contiguous().numpy().tobytes(), "I64"
        header[name] = {"dtype": kind, "shape": list(t.shape), "data_offsets": [at, at + len(raw)]}
        data += raw
        at += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    raw = path.read_bytes()
    n = struct.unpack("<Q", raw[:8])[0]
    tensors = {}
    for name, place in json.loads(raw[8 : 8 + n]).items():
        if name == "__metadata__":
            continue
        kinds = {"F32": torch.float32, "F16": torch.float16, "I64": torch.int64, "I32": torch.int32}
        if place["dtype"] not in kinds:
            continue
        a, b = place["data_offsets"]
        t = torch.frombuffer(bytearray(raw[8 + n + a : 8 + n + b]), dtype=kinds[place["dtype"]])
        t = t.reshape(place["shape"])
        tensors[name] = t.to(torch.float64) if t.dtype.is_floating_point else t
    return tensors


def write_png(path, pixels):
    """Writes rows of (r, g, b) as a PNG file."""

    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    rows = b"".join(b"\0" + bytes(v for p in row for v in p) for row in pixels)
    head = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, 2, 0, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


# ---- tokens: the released byte-pair code, for ASCII texts


def byte_characters():
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in shown]
    return shown + rest, [chr(b) for b in shown] + [chr(256 + i) for i in range(len(rest))]


class Tokenizer:
    def __init__(self, merges):
        values, characters = byte_characters()
        self.of_byte = dict(zip(values, characters))
        pairs = [tuple(line.split()) for line in merges.read_text().split("\n")[1:] if line]
        self.rank = {pair: i for i, pair in enumerate(pairs)}
        symbols = characters + [c + "</w>" for c in characters] + ["".join(p) for p in pairs]
        self.ids = {s: i for i, s in enumerate(symbols + ["<sot>", "<eot>"])}

    def word(self, word):
        parts = [self.of_byte[b] for b in word.encode()]
        parts[-1] += "</w>"
        while True:
            pairs = [p for p in zip(parts, parts[1:]) if p in self.rank]
            if not pairs:
                return [self.ids[p] for p in parts]
            best, out, i = min(pairs, key=self.rank.get), [], 0
            while i < len(parts):
                if tuple(parts[i : i + 2]) == best:
                    out.append(parts[i] + parts[i + 1])
                    i += 2
                else:
                    out.append(parts[i])
                    i += 1
            parts = out

    def encode(self, text):
        text = re.sub(r"\s+", " ", text).strip().lower()
        words = re.findall(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+", text)
        return [i for w in words for i in self.word(w)]

    def padded(self, text, length):
        ids = [self.ids["<sot>"], *self.encode(text), self.ids["<eot>"]]
        assert len(ids) <= length
        return ids + [0] * (length - len(ids))


# ---- CLIP


class Clip:
    def __init__(self, w, tokenizer, activation, text_heads=0, vision_heads=0):
        self.w, self.tokenizer = w, tokenizer
        quick = activation != "gelu"
        self.act = (lambda x: x * torch.sigmoid(1.702 * x)) if quick else F.gelu
        self.length, self.width = w["positional_embedding"].shape
        self.text_heads = text_heads or max(1, self.width // 64)
        wide = w["visual.class_embedding"].shape[0] if "visual.proj" in w else None
        wide = wide or w["visual.attnpool.positional_embedding"].shape[1]
        self.vision_heads = vision_heads or max(1, wide // 64)
        self.scale = w["logit_scale"].exp()

    def norm(self, x, name):
        return F.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], 1e-5)

    def linear(self, x, name):
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def blocks(self, x, prefix, heads, mask):
        i = 0
        while f"{prefix}{i}.ln_1.weight" in self.w:
            p, (n, l, d) = f"{prefix}{i}.", x.shape
            y = self.norm(x, p + "ln_1")
            y = y @ self.w[p + "attn.in_proj_weight"].T + self.w[p + "attn.in_proj_bias"]
            q, k, v = (t.reshape(n, l, heads, d // heads).transpose(1, 2) for t in y.chunk(3, -1))
            scores = q @ k.transpose(-1, -2) / math.sqrt(d // heads) + mask
            y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, l, d)
            x = x + self.linear(y, p + "attn.out_proj")
            y = self.act(self.linear(self.norm(x, p + "ln_2"), p + "mlp.c_fc"))
            x = x + self.linear(y, p + "mlp.c_proj")
            i += 1
        return x

    def text(self, embedded, ids):
        """Encodes texts (N, full length, W). The feature is at the token with the largest id."""
        mask = torch.full((self.length, self.length), -math.inf).triu(1)
        x = embedded + self.w["positional_embedding"]
        x = self.norm(self.blocks(x, "transformer.resblocks.", self.text_heads, mask), "ln_final")
        return x[torch.arange(len(ids)), ids.argmax(-1)] @ self.w["text_projection"]

    def ids(self, texts):
        return torch.tensor([self.tokenizer.padded(t, self.length) for t in texts])

    def texts(self, texts):
        ids = self.ids(texts)
        return self.text(self.w["token_embedding.weight"][ids], ids)

    def image(self, x):
        return self.vit(x) if "visual.proj" in self.w else self.resnet(x)

    def vit(self, x):
        w = self.w
        conv = w["visual.conv1.weight"]
        x = F.conv2d(x, conv, stride=conv.shape[-1]).flatten(2).transpose(1, 2)
        cls = w["visual.class_embedding"].expand(len(x), 1, -1)
        x = self.norm(torch.cat([cls, x], 1) + w["visual.positional_embedding"], "visual.ln_pre")
        x = self.blocks(x, "visual.transformer.resblocks.", self.vision_heads, 0.0)
        return self.norm(x[:, 0], "visual.ln_post") @ w["visual.proj"]

    def conv(self, x, conv, bn, stride=1):
        w = self.w
        x = F.conv2d(x, w[conv + ".weight"], stride=stride, padding=w[conv + ".weight"].shape[-1] // 2)
        mean, var = w[bn + ".running_mean"], w[bn + ".running_var"]
        return F.batch_norm(x, mean, var, w[bn + ".weight"], w[bn + ".bias"], False, 0.1, 1e-5)

    def resnet(self, x):
        w = self.w
        for i, stride in ((1, 2), (2, 1), (3, 1)):
            x = F.relu(self.conv(x, f"visual.conv{i}", f"visual.bn{i}", stride))
        x = F.avg_pool2d(x, 2)
        for layer in range(1, 5):
            i = 0
            while f"visual.layer{layer}.{i}.conv1.weight" in w:
                p = f"visual.layer{layer}.{i}."
                stride = 2 if layer > 1 and i == 0 else 1
                y = F.relu(self.conv(x, p + "conv1", p + "bn1"))
                y = F.relu(self.conv(y, p + "conv2", p + "bn2"))
                y = self.conv(F.avg_pool2d(y, stride), p + "conv3", p + "bn3")
                if p + "downsample.0.weight" in w:
                    x = self.conv(F.avg_pool2d(x, stride), p + "downsample.0", p + "downsample.1")
                x = F.relu(y + x)
                i += 1
        x = x.flatten(2).permute(2, 0, 1)  # (positions, B, channels)
        x = torch.cat([x.mean(0, keepdim=True), x])
        x = x + w["visual.attnpool.positional_embedding"][:, None]
        a = "visual.attnpool."
        out, _ = F.multi_head_attention_forward(
            query=x[:1], key=x, value=x, embed_dim_to_check=x.shape[-1], num_heads=self.vision_heads,
            q_proj_weight=w[a + "q_proj.weight"], k_proj_weight=w[a + "k_proj.weight"],
            v_proj_weight=w[a + "v_proj.weight"], in_proj_weight=None,
            in_proj_bias=torch.cat([w[a + n + "_proj.bias"] for n in "qkv"]), bias_k=None,
            bias_v=None, add_zero_attn=False, dropout_p=0.0, out_proj_weight=w[a + "c_proj.weight"],
            out_proj_bias=w[a + "c_proj.bias"], use_separate_proj_weight=True, training=False,
            need_weights=False)
        return out[0]


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


# ---- methods


class Learner:
    def __init__(self, clip, names, settings):
        self.clip, self.settings, self.m = clip, settings, settings["context_tokens"]
        self.names = [n.replace("_", " ") for n in names]
        words = settings.get("words", "").replace("_", " ")
        given = words.split(" ") if words else []
        prefix = " ".join(["X"] * (self.m - len(given)) + given)
        self.ids = clip.ids([f"{prefix} {n}." for n in self.names])
        self.embedded = clip.w["token_embedding.weight"][self.ids]
        self.teacher = self.hand(settings.get("template", "a photo of a {}."))

    def hand(self, template):
        return unit(self.clip.texts([template.replace("{}", n) for n in self.names])).detach()

    def classes(self, ctx):
        c = len(self.names)
        ctx = ctx if ctx.dim() == 3 else ctx.expand(c, -1, -1)
        first, rest = self.embedded[:, :1], self.embedded[:, 1 + self.m :]
        position = self.settings.get("class_position", "end")
        rows = []
        for i, name in enumerate(self.names):
            n = len(self.clip.tokenizer.encode(name))
            head, tail = rest[i, :n], rest[i, n:]
            half = self.m // 2
            parts = {
                "end": [first[i], ctx[i], rest[i]],
                "middle": [first[i], ctx[i, :half], head, ctx[i, half:], tail],
                "front": [first[i], head, ctx[i], tail],
            }[position]
            rows.append(torch.cat(parts))
        return unit(self.clip.text(torch.stack(rows), self.ids))

    def logits(self, p, f):
        if self.settings["method"] != "cocoop":
            return self.clip.scale * f @ self.classes(p["ctx"]).T
        h = F.relu(f @ p["meta_net.linear1.weight"].T + p["meta_net.linear1.bias"])
        shift = h @ p["meta_net.linear2.weight"].T + p["meta_net.linear2.bias"]
        rows = [f[b] @ self.classes(p["ctx"] + shift[b]).T for b in range(len(f))]
        return self.clip.scale * torch.stack(rows)

    def step(self, p, f, labels):
        """Returns losses and gradients."""
        s, method = self.settings, self.settings["method"]
        values = list(p.values())
        logits = self.logits(p, f)
        ce = F.cross_entropy(logits, labels)
        if method in ("coop", "cocoop"):
            return {"loss": ce.item()}, torch.autograd.grad(ce, values)
        if method == "kgcoop":
            t = self.classes(p["ctx"])
            knowledge = 1 - (t * self.teacher).sum(-1).mean()
            loss = ce + s["weight"] * knowledge
            losses = {"loss": loss, "cross_entropy": ce, "knowledge": knowledge}
            return {k: v.item() for k, v in losses.items()}, torch.autograd.grad(loss, values)
        t = s["temperature"]
        zero = (self.clip.scale * f @ self.teacher.T / t).softmax(-1)
        kl = -(t * t) * (zero * (logits / t).log_softmax(-1)).sum(-1).mean()
        general = torch.autograd.grad(kl, values, retain_graph=True)
        gradients = []
        for g, k in zip(torch.autograd.grad(ce, values), general):
            u = k / k.norm()
            along = (g * u).sum()
            gradients.append(g - s["lambda"] * along * u if along < 0 else g)
        return {"cross_entropy": ce.item(), "distillation": kl.item()}, gradients


class Sgd:
    def __init__(self, p, momentum, decay):
        self.p, self.momentum, self.decay = p, momentum, decay
        self.v = {k: None for k in p}

    def step(self, gradients, rate):
        with torch.no_grad():
            for (k, t), g in zip(self.p.items(), gradients):
                g = g + self.decay * t
                self.v[k] = g if self.v[k] is None else self.momentum * self.v[k] + g
                t -= rate * self.v[k]


# ---- models


def draw(generator, deviation, *shape):
    # float32 represents these values exactly, so the file has the same numbers as this script.
    return (torch.randn(shape, generator=generator) * deviation).float().double()


def block(w, g, prefix, d):
    w[prefix + "attn.in_proj_weight"] = draw(g, 1.5 / math.sqrt(d), 3 * d, d)
    w[prefix + "attn.in_proj_bias"] = draw(g, 0.1, 3 * d)
    w[prefix + "attn.out_proj.weight"] = draw(g, 1 / math.sqrt(d), d, d)
    w[prefix + "attn.out_proj.bias"] = draw(g, 0.1, d)
    w[prefix + "mlp.c_fc.weight"] = draw(g, 1 / math.sqrt(d), 4 * d, d)
    w[prefix + "mlp.c_fc.bias"] = draw(g, 0.2, 4 * d)
    w[prefix + "mlp.c_proj.weight"] = draw(g, 0.5 / math.sqrt(d), d, 4 * d)
    w[prefix + "mlp.c_proj.bias"] = draw(g, 0.1, d)
    for n in ("ln_1", "ln_2"):
        norm(w, g, prefix + n, d)


def norm(w, g, name, d):
    w[name + ".weight"] = (1 + draw(g, 0.2, d)).float().double()
    w[name + ".bias"] = draw(g, 0.1, d)


def text_tower(w, g, vocabulary, length, d, layers, e):
    w["positional_embedding"] = draw(g, 0.1, length, d)
    w["text_projection"] = draw(g, 1 / math.sqrt(d), d, e)
    w["logit_scale"] = torch.tensor(2.5)
    w["token_embedding.weight"] = draw(g, 0.3, vocabulary, d)
    for i in range(layers):
        block(w, g, f"transformer.resblocks.{i}.", d)
    norm(w, g, "ln_final", d)


def vit_model(g, vocabulary):
    w, d, e = {}, 32, 24
    text_tower(w, g, vocabulary, 60, 32, 2, e)
    w["visual.class_embedding"] = draw(g, 0.3, d)
    w["visual.positional_embedding"] = draw(g, 0.3, 1 + 9, d)
    w["visual.proj"] = draw(g, 1 / math.sqrt(d), d, e)
    w["visual.conv1.weight"] = draw(g, 0.1, d, 3, 4, 4)
    norm(w, g, "visual.ln_pre", d)
    block(w, g, "visual.transformer.resblocks.0.", d)
    norm(w, g, "visual.ln_post", d)
    return w


def rn_model(g, vocabulary):
    w, width, e = {}, 4, 16
    text_tower(w, g, vocabulary, 77, 24, 1, e)

    def conv(c, bn, out, inp, kernel):
        w[c + ".weight"] = draw(g, 1.4 / math.sqrt(inp * kernel * kernel), out, inp, kernel, kernel)
        norm(w, g, bn, out)
        w[bn + ".running_mean"] = draw(g, 0.1, out)
        w[bn + ".running_var"] = (0.5 + draw(g, 0.3, out).abs()).float().double()
        w[bn + ".num_batches_tracked"] = torch.tensor(7)

    for i, (out, inp) in enumerate(((2, 3), (2, 2), (4, 2)), 1):
        conv(f"visual.conv{i}", f"visual.bn{i}", out, inp, 3)
    inp = width
    for layer, count in enumerate((2, 1, 1, 1), 1):
        planes = width << (layer - 1)
        for i in range(count):
            p = f"visual.layer{layer}.{i}."
            conv(p + "conv1", p + "bn1", planes, inp, 1)
            conv(p + "conv2", p + "bn2", planes, planes, 3)
            conv(p + "conv3", p + "bn3", 4 * planes, planes, 1)
            if i == 0:
                conv(p + "downsample.0", p + "downsample.1", 4 * planes, inp, 1)
            inp = 4 * planes
    a, d = "visual.attnpool.", 32 * width
    w[a + "positional_embedding"] = draw(g, 0.3, 1 + 4, d)
    for n in ("q_proj", "k_proj", "v_proj"):
        w[a + n + ".weight"] = draw(g, 1 / math.sqrt(d), d, d)
        w[a + n + ".bias"] = draw(g, 0.1, d)
    w[a + "c_proj.weight"] = draw(g, 1 / math.sqrt(d), e, d)
    w[a + "c_proj.bias"] = draw(g, 0.1, e)
    return w


# ---- cases


class Writer:
    def __init__(self, folder, clip, generator, fields):
        self.folder, self.clip, self.g, self.fields = folder, clip, generator, fields
        self.cases, self.tensors = [], {}

    def tensor(self, name, value):
        self.tensors[name] = value.detach().clone()
        return name

    def case(self, ident, kind, relative, **fields):
        tolerance = {"tolerance": {"relative": relative}} if relative else {}
        self.cases.append({"id": ident, "kind": kind, **self.fields, **fields, **tolerance})

    def start(self, ident, settings):
        clip, m = self.clip, settings["context_tokens"]
        words = settings.get("words", "")
        if words:
            ids = clip.tokenizer.encode(words)[: len(words.split(" "))]
            ctx = torch.cat([torch.zeros(m - len(ids), clip.width),
                             clip.w["token_embedding.weight"][ids]])
            ctx = (ctx + draw(self.g, 0.05, m, clip.width)).float().double()
        else:
            shape = (len(NAMES), m) if settings["class_specific"] else (m,)
            ctx = draw(self.g, 0.3, *shape, clip.width)
        p = {"ctx": ctx}
        if settings["method"] == "cocoop":
            e = clip.w["text_projection"].shape[1]
            h = max(1, e // 16)
            p["meta_net.linear1.weight"] = draw(self.g, 0.5, h, e)
            p["meta_net.linear1.bias"] = draw(self.g, 0.5, h).abs()
            p["meta_net.linear2.weight"] = draw(self.g, 0.3, clip.width, h)
            p["meta_net.linear2.bias"] = draw(self.g, 0.1, clip.width)
        names = {k: self.tensor(f"{ident}/init/{k}", v) for k, v in p.items()}
        return {k: v.clone().requires_grad_() for k, v in p.items()}, names

    def train(self, ident, batch, **settings):
        settings = {"class_position": "end", "class_specific": False, "words": "",
                    "template": "a photo of a {}.", **settings}
        learner = Learner(self.clip, NAMES, settings)
        p, init = self.start(ident, settings)
        sgd = Sgd(p, 0.9, 5e-4)
        steps = []
        for s, rate in enumerate((0.05, 0.03, 0.01)):
            labels = torch.randint(len(NAMES), (batch,), generator=self.g)
            f = unit(self.clip.image(self.tensors["train_images"][s, :batch]))
            losses, gradients = learner.step(p, f, labels)
            step = {"labels": labels.tolist(), "lr": rate, "losses": losses}
            if s == 0:
                step["gradients"] = {
                    k: self.tensor(f"{ident}/grad0/{k}", g) for k, g in zip(p, gradients)}
            sgd.step(gradients, rate)
            if s in (0, 2):
                step["parameters"] = {
                    k: self.tensor(f"{ident}/after{s}/{k}", v) for k, v in p.items()}
            steps.append(step)
        logits = learner.logits(p, unit(self.clip.image(self.tensors["images"])))
        self.case(f"train {ident}", "train", 1e-4, classnames=NAMES, settings=settings,
                  momentum=0.9, weight_decay=5e-4, init=init, images="train_images", steps=steps,
                  evaluate="images", expect=self.tensor(f"{ident}/logits", logits))
        return learner, p, settings

    def prompt_file(self, ident, learner, p, settings, m):
        """Saves a prompt as the published trainers do, with an object as the scheduler entry."""
        p32 = {k: v.detach().to(torch.float32) for k, v in p.items()}
        optimizer = torch.optim.SGD([torch.nn.Parameter(v) for v in p32.values()], lr=0.002)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 5)
        state = dict(p32)
        state["token_prefix"] = learner.embedded[:, :1].to(torch.float32)
        state["token_suffix"] = learner.embedded[:, 1 + m :].to(torch.float32)
        path = self.folder / ident / "prompt_learner" / "model.pth.tar-5"
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"state_dict": state, "epoch": 5, "optimizer": optimizer.state_dict(),
                    "scheduler": scheduler, "val_result": None}, path)
        self.case(f"prompt file {ident}", "prompt-file", 2e-5,
                  file=str(path.relative_to(self.folder)), settings=settings, classnames=NAMES,
                  images="images", expect=f"{ident}/logits")

    def common(self, side, expected):
        images = draw(self.g, 1, 4, 3, side, side)
        self.tensor("images", images)
        self.tensor("train_images", draw(self.g, 1, 3, 3, 3, side, side))
        self.cases.append({"id": "load", "kind": "load", "file": "model.safetensors",
                           "equals": "model.safetensors", "rounding": "none", "expect": expected})
        texts = ["A photo of a   St. Bernard.", "", "don't STOP -- 3.14!?", "x"]
        ids = self.clip.ids(texts)
        self.case("tokens", "tokenize", None, texts=texts, expect=self.tensor("ids", ids))
        self.case("image features", "image-features", 2e-5, images="images",
                  expect=self.tensor("image_features", self.clip.image(images)))
        self.case("text features", "text-features", 2e-5, texts=texts,
                  expect=self.tensor("text_features", self.clip.texts(texts)))
        templates = ["a photo of a {}.", "{} texture", "itap of my {}."]
        each = []
        for t in templates:
            each.append(unit(self.clip.texts([t.replace("{}", n.replace("_", " ")) for n in NAMES])))
        for ident, used in (("one", each[1:2]), ("ensemble", each)):
            t = used[0] if len(used) == 1 else unit(torch.stack(used).mean(0))
            logits = self.clip.scale * unit(self.clip.image(images)) @ t.T
            self.case(f"zero-shot {ident}", "zero-shot", 2e-5, classnames=NAMES,
                      templates=templates[1:2] if len(used) == 1 else templates, images="images",
                      expect=self.tensor(f"zero_shot_{ident}", logits))

    def run(self, side):
        """Writes images in the size of the model, so that the test transform only normalizes."""
        python, split, pixels = random.Random(5), {"train": [], "val": [], "test": []}, {}
        for part, count in (("train", 3), ("val", 1), ("test", 4)):
            for i in range(count):
                for label in range(len(NAMES)):
                    name = f"{label}/{part}{i}.png"
                    rows = [[tuple(min(255, 30 * label + python.randrange(90)) for _ in range(3))
                             for _ in range(side)] for _ in range(side)]
                    write_png(self.folder / "run" / "images" / name, rows)
                    pixels[name] = torch.tensor(rows).permute(2, 0, 1).double() / 255
                    split[part].append([name, label, NAMES[label]])
        (self.folder / "run" / "split_zhou_Tiny.json").write_text(json.dumps(split))
        mean = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
        std = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]

        def features(items):
            x = torch.stack([(pixels[i[0]] - mean) / std for i in items])
            return unit(self.clip.image(x))

        seed, shots, epochs, size = 3, 2, 3, 4
        generator, drawn = random.Random(seed), {}
        for part, k in (("train", shots), ("val", min(shots, 4))):
            by_label = {}
            for item in split[part]:
                by_label.setdefault(item[1], []).append(item)
            drawn[part] = []
            for items in by_label.values():
                drawn[part] += generator.sample(items, k) if len(items) >= k else items
        half = (len(NAMES) + 1) // 2
        base = [i for i in drawn["train"] if i[1] < half]
        settings = {"method": "kgcoop", "context_tokens": 3, "class_position": "end",
                    "class_specific": False, "words": "", "template": "{} texture", "weight": 4.0}
        learner = Learner(self.clip, NAMES[:half], settings)
        p, init = self.start("run", settings)
        sgd = Sgd(p, 0.9, 5e-4)
        rates = [0.01 if e == 0 else 0.05 * (1 + math.cos(math.pi * (e - 1) / epochs)) / 2
                 for e in range(epochs)]
        batches = []
        for epoch in range(epochs):
            order = list(range(len(base)))
            python.shuffle(order)
            batches.append([order[i : i + size] for i in range(0, len(order) - size + 1, size)])
            for batch in batches[-1]:
                items = [base[i] for i in batch]
                _, gradients = learner.step(p, features(items), torch.tensor([i[1] for i in items]))
                sgd.step(gradients, rates[epoch])
        accuracy = {}
        for which, names, offset in (("base", NAMES[:half], 0), ("new", NAMES[half:], half)):
            items = [i for i in split["test"] if offset <= i[1] < offset + half]
            logits = Learner(self.clip, names, settings).logits(p, features(items))
            labels = torch.tensor([i[1] - offset for i in items])
            gap = logits.topk(2).values
            assert (gap[:, 0] - gap[:, 1]).min() > 1e-3  # rounding changes no prediction
            accuracy[which] = ((logits.argmax(-1) == labels).sum().item(), len(items))
        b, n = (100 * c / t for c, t in accuracy.values())
        expect = {"train": [i[0] for i in drawn["train"]], "val": [i[0] for i in drawn["val"]],
                  "base_classnames": NAMES[:half], "new_classnames": NAMES[half:], "lrs": rates,
                  "parameters": {"ctx": self.tensor("run/ctx", p["ctx"])},
                  "correct_base": accuracy["base"][0], "total_base": accuracy["base"][1],
                  "correct_new": accuracy["new"][0], "total_new": accuracy["new"][1],
                  "base": b, "new": n, "h": 2 * b * n / (b + n) if b + n else 0.0}
        self.case("run kgcoop", "run", 1e-4, split="run/split_zhou_Tiny.json",
                  image_dir="run/images", seed=seed, shots=shots, settings=settings, init=init,
                  transform="test", epochs=epochs, batch_size=size, batches=batches, lr=0.05,
                  warmup="constant", warmup_epochs=1, warmup_lr=0.01, variant="current",
                  momentum=0.9, weight_decay=5e-4, expect=expect)

    def write(self):
        write_safetensors(self.folder / "tensors.safetensors", self.tensors)
        text = json.dumps({"format": 1, "cases": self.cases}, indent=1)
        (self.folder / "cases.json").write_text(text + "\n")


def main(root):
    here = pathlib.Path(__file__).resolve().parents[4]
    released = (here / "core/src/main/resources/org/kgcoop/clip/merges.txt").read_text().split("\n")
    for name, merges, make in (("vit", 120, vit_model), ("rn", 40, rn_model)):
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "merges.txt").write_text("\n".join(released[: 1 + merges]) + "\n")
        g = torch.Generator().manual_seed(11)
        w = make(g, 514 + merges)
        write_safetensors(folder / "model.safetensors", w)
        fields = {"model": "model.safetensors", "merges": "merges.txt"}
        tokenizer = Tokenizer(folder / "merges.txt")
        if name == "vit":
            fields["activation"] = "gelu"
            stated = {"model_cfg": {"quick_gelu": False, "text_cfg": {"heads": 2},
                                    "vision_cfg": {"width": 32, "head_width": 8}}}
            (folder / "open_clip_config.json").write_text(json.dumps(stated) + "\n")
            writer = Writer(folder, Clip(w, tokenizer, "gelu", 2, 4), g, fields)
            writer.common(12, {
                "embed_dim": 24, "image_resolution": 12, "context_length": 60, "vocab_size": 634,
                "text_width": 32, "text_heads": 2, "text_layers": 2, "vision": "vit",
                "vision_width": 32, "vision_layers": 1, "patch": 4, "vision_heads": 4})
            writer.train("coop-middle", 3, method="coop", context_tokens=5, class_position="middle")
            writer.train("coop-front", 2, method="coop", context_tokens=1, class_position="front")
            writer.train("coop-csc", 3, method="coop", context_tokens=3, class_specific=True)
            writer.train("coop-csc-middle", 3, method="coop", context_tokens=4,
                         class_position="middle", class_specific=True)
            writer.train("coop-csc-front", 3, method="coop", context_tokens=2,
                         class_position="front", class_specific=True)
            # "a type of pet, a photo of a" has more tokens than words; the extra tokens are fixed.
            writer.train("prograd-comma", 3, method="prograd", context_tokens=10,
                         words="a type of pet, a photo of a",
                         template="a type of pet, a photo of a {}.", temperature=1.0, **{"lambda": 0.8})
            writer.train("kgcoop-words", 3, method="kgcoop", context_tokens=4,
                         words="a photo of a", template="{} texture", weight=3.0)
            writer.train("cocoop", 1, method="cocoop", context_tokens=4, words="a photo of a")
            writer.run(12)
        else:
            writer = Writer(folder, Clip(w, tokenizer, "quick_gelu"), g, fields)
            writer.common(64, {
                "embed_dim": 16, "image_resolution": 64, "context_length": 77, "vocab_size": 554,
                "text_width": 24, "text_heads": 1, "text_layers": 1, "vision": "modified_resnet",
                "vision_width": 4, "vision_layers": [2, 1, 1, 1], "vision_heads": 2})
            for ident, batch, settings in (
                ("coop", 3, {"method": "coop", "context_tokens": 16}),
                ("kgcoop", 3, {"method": "kgcoop", "context_tokens": 4, "weight": 8.0}),
                ("prograd", 3, {"method": "prograd", "context_tokens": 3, "temperature": 2.0,
                                "lambda": 1.0}),
                ("cocoop", 2, {"method": "cocoop", "context_tokens": 2}),
            ):
                learner, p, full = writer.train(ident, batch, **settings)
                writer.prompt_file(ident, learner, p, full, settings["context_tokens"])
        writer.write()


def check(folder):
    """Returns the largest relative error of losses and logits in a folder of another program."""
    tensors, clips, worst = read_safetensors(folder / "tensors.safetensors"), {}, 0.0
    for c in json.loads((folder / "cases.json").read_text())["cases"]:
        if c["kind"] not in ("train", "zero-shot"):
            continue
        key = c["model"], c["merges"], c.get("activation")
        if key not in clips:
            w = read_safetensors(folder / c["model"])
            clips[key] = Clip(w, Tokenizer(folder / c["merges"]), c.get("activation"))
        clip, error = clips[key], 0.0
        if c["kind"] == "zero-shot":
            names = [n.replace("_", " ") for n in c["classnames"]]
            each = [unit(clip.texts([t.replace("{}", n) for n in names])) for t in c["templates"]]
            logits = clip.scale * unit(clip.image(tensors[c["images"]])) @ unit(torch.stack(each).mean(0)).T
        else:
            learner = Learner(clip, c["classnames"], c["settings"])
            p = {k: tensors[v].clone().requires_grad_() for k, v in c["init"].items()}
            sgd = Sgd(p, c["momentum"], c["weight_decay"])
            for s, step in enumerate(c["steps"]):
                labels = torch.tensor(step["labels"])
                f = unit(clip.image(tensors[c["images"]][s, : len(labels)]))
                losses, gradients = learner.step(p, f, labels)
                for k, v in step["losses"].items():
                    error = max(error, abs(v - losses[k]) / max(1, abs(v)))
                for (k, name), g in zip(step.get("gradients", {}).items(), gradients):
                    error = max(error, ((g - tensors[name]).abs().max() / tensors[name].abs().max()).item())
                sgd.step(gradients, step["lr"])
            logits = learner.logits(p, unit(clip.image(tensors[c["evaluate"]])))
        expected = tensors[c["expect"]]
        error = max(error, ((logits - expected).abs().max() / expected.abs().max()).item())
        print(f"{error:.1e}  {c['id']}")
        worst = max(worst, error)
    print(f"{worst:.1e}  worst")


if sys.argv[1] == "--check":
    check(pathlib.Path(sys.argv[2]))
else:
    main(pathlib.Path(sys.argv[1]))
