package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.openai.ClipFamily;
import org.kgcoop.fixtures.OpenClipNames;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Scope;

/** Families of OpenCLIP models that differ slightly from CLIP. */
class FamiliesTest {
  @TempDir Path folder;

  private static List<StoredTensor> tensors() {
    return List.copyOf(
        Safetensors.read(TinyClip.folder().resolve("model.safetensors")).tensors().values());
  }

  private void write(List<StoredTensor> tensors) throws IOException {
    Safetensors.write(folder.resolve("open_clip_model.safetensors"), tensors, Map.of());
    if (!Files.exists(folder.resolve("merges.txt"))) {
      Files.copy(TinyClip.folder().resolve("merges.txt"), folder.resolve("merges.txt"));
    }
  }

  private void state(String text, String vision) throws IOException {
    Files.writeString(
        folder.resolve("open_clip_config.json"),
        "{\"model_cfg\": {\"text_cfg\": {\"heads\": 2, %s}, \"vision_cfg\": {%s}}}"
            .formatted(text, vision));
  }

  private static float[] texts(Clip clip) {
    return TextFeatures.ofTexts(clip, List.of("a cat.", "x")).toFloats();
  }

  private static float[] images(Clip clip) {
    return clip.imageEncoder().features(TinyClip.normal(5, 1, 2, 3, 8, 8)).toFloats();
  }

  /** The MLPs of g/14 and bigG/14 are 4.36 and 4.92 times as wide as their blocks. */
  @Test
  void anMlpMayHaveAnyWidth() throws IOException {
    List<StoredTensor> wider = new ArrayList<>();
    for (StoredTensor tensor : tensors()) {
      long[] shape = tensor.shape();
      float[] values = tensor.toFloats();
      if (tensor.name().contains(".mlp.c_fc.")) { // six rows more
        int width = shape.length == 1 ? 1 : (int) shape[1];
        shape[0] += 6;
        float[] longer = Arrays.copyOf(values, values.length + 6 * width);
        Arrays.fill(longer, values.length, longer.length, 0.5f);
        wider.add(StoredTensor.ofFloats(tensor.name(), shape, longer));
      } else if (tensor.name().endsWith(".mlp.c_proj.weight")) { // which nothing uses
        int hidden = (int) shape[1];
        shape[1] += 6;
        float[] longer = new float[(int) (shape[0] * shape[1])];
        for (int i = 0; i < values.length; i++) {
          longer[i / hidden * (hidden + 6) + i % hidden] = values[i];
        }
        wider.add(StoredTensor.ofFloats(tensor.name(), shape, longer));
      } else {
        wider.add(tensor);
      }
    }
    write(wider);
    Files.copy(
        TinyClip.folder().resolve("open_clip_config.json"),
        folder.resolve("open_clip_config.json"));
    try (Clip tiny = TinyClip.load();
        Clip clip = Clip.load(folder, Clip.Options.DEFAULT);
        Scope scope = Scope.open("test")) {
      assertThat(texts(clip)).containsExactly(texts(tiny), within(1e-5f));
      assertThat(images(clip)).containsExactly(images(tiny), within(1e-5f));
    }
  }

  /**
   * MobileCLIP2-L-14 is timm's CLIP encoder, with a bias in the projection and without causal
   * attention.
   */
  @Test
  void timmsClipEncoderIsRead() throws IOException {
    List<StoredTensor> named = new ArrayList<>(OpenClipNames.of(tensors()));
    float[] bias = new float[12];
    bias[3] = 2;
    named.add(StoredTensor.ofFloats("visual.trunk.head.bias", new long[] {12}, bias));
    write(named);
    state(
        "\"no_causal_mask\": true",
        "\"timm_model_name\": \"vit_base_patch4_clip_quickgelu_224\", \"timm_pool\": \"token\"");
    try (Clip tiny = TinyClip.load();
        Clip clip = Clip.load(folder);
        Scope scope = Scope.open("test")) {
      assertThat(clip.family()).isInstanceOf(ClipFamily.class);
      assertThat(clip.config().text().form().isCausal()).isFalse();
      assertThat(clip.config().text().activation()).isEqualTo(Activation.GELU);
      assertThat(clip.config().visionActivation()).isEqualTo(Activation.QUICK_GELU);
      float[] expected = images(tiny);
      expected[3] += 2;
      expected[15] += 2;
      assertThat(images(clip)).containsExactly(expected, within(1e-5f));
      assertThat(texts(clip)).isNotEqualTo(texts(tiny));
    }
    state(
        "\"pool_type\": \"eos\"",
        "\"timm_model_name\": \"vit_base_patch4_clip_224\", \"timm_pool\": \"map\"");
    assertRefused("vision_cfg.timm_pool \"map\"", "expected token");
  }

  /** MetaCLIP 2 is a CLIP with the tokenizer of XLM-V, whose texts begin with a start token. */
  @Test
  void theTokenizerOfMetaClip2IsRead() throws IOException {
    write(tensors());
    Files.delete(folder.resolve("merges.txt"));
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"added_tokens": [{"id": 0, "content": "<s>", "special": true},
           {"id": 2, "content": "</s>", "special": true},
           {"id": 699, "content": "<mask>", "special": true}],
         "model": {"type": "Unigram", "vocab": [["<s>", 0], ["<pad>", 0], ["</s>", 0],
           ["<unk>", 0], ["\u2581A", -1], ["b", -1]]}}
        """);
    state(
        "\"hf_tokenizer_name\": \"x\", \"pool_type\": \"eos\", \"eos_id\": 2",
        "\"width\": 16, \"head_width\": 16");
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.tokenizer().encodeMarked("Ab b", 100)).containsExactly(0, 4, 5, 3, 5, 2);
    }
    state(
        "\"hf_tokenizer_name\": \"x\", \"pool_type\": \"eos\", \"eos_id\": 7",
        "\"width\": 16, \"head_width\": 16");
    assertRefused("text_cfg.eos_id 7", "expected 2, the tokenizer's");
    state("\"hf_tokenizer_name\": \"x\"", "\"width\": 16, \"head_width\": 16");
    assertRefused("text_cfg.pool_type", "expected eos");
  }

  @Test
  void aDfn2bWithoutItsActivationIsNoted() throws IOException {
    folder = Files.createDirectories(folder.resolve("apple--DFN2B-CLIP-ViT-B-16"));
    write(tensors());
    state("\"vocab_size\": 700", "\"width\": 16, \"head_width\": 16");
    try (Clip clip = Clip.load(folder)) {
      assertThat(clip.assumed()).anyMatch(line -> line.contains("set \"quick_gelu\": true"));
    }
  }

  @Test
  void anotherEncoderOfTimmIsCalledByItsName() throws IOException {
    List<StoredTensor> more = new ArrayList<>(tensors());
    more.add(StoredTensor.ofFloats("visual.trunk.attn_pool.latent", new long[] {1, 1, 2}, 1, 2));
    write(more);
    state("\"x\": null", "\"timm_model_name\": \"vit_pe_core_large_patch14_336\"");
    assertRefused("vit_pe_core_large_patch14_336, a timm image encoder", "known are");
  }

  /** EVA02-CLIP under OpenCLIP, detected by its tensors. */
  @Test
  void aModelOfAnotherEncoderIsCalledByItsName() throws IOException {
    write(
        List.of(
            StoredTensor.ofFloats(
                "visual.trunk.blocks.0.mlp.fc1_g.weight", new long[] {1, 2}, 1, 2),
            StoredTensor.ofFloats("text.ln_final.weight", new long[] {1, 2}, 1, 2),
            StoredTensor.ofFloats("logit_scale", new long[0], 4)));
    state("\"x\": null", "\"timm_model_name\": \"eva02_base_patch16_clip_224\"");
    assertRefused(
        "eva02_base_patch16_clip_224, a timm image encoder", "not implemented", "known are");
  }

  /** CoCa has a class embedding in its texts, a pooling of images and a decoder. */
  @Test
  void coCaIsCalledByItsName() throws IOException {
    List<StoredTensor> more = new ArrayList<>(tensors());
    for (String name :
        List.of(
            "text.cls_emb",
            "visual.attn_pool.query",
            "text_decoder.resblocks.0.attn.in_proj_weight")) {
      more.add(StoredTensor.ofFloats(name, new long[] {1, 2}, 1, 2));
    }
    write(more);
    assertRefused("CoCa", "not implemented", "known are");
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(
            () -> {
              try (Clip clip = Clip.load(folder)) {
                clip.tokenizer();
              }
            })
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(folder.toString())
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains(parts));
  }
}
