package org.kgcoop.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Underscores;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A training step of the methods that train inside the image encoder, as in their published code.
 * Prompt tokens are ordinary tokens in every block, and a batch of images goes through the encoder
 * together. Every text has its full length, and a teacher encodes the images in every step.
 */
final class PublishedEncoders implements AutoCloseable {
  private static final String VPT = "image_encoder.VPT";
  private static final double SCALE_OF_MMRL = 100;

  private final Clip clip;
  private final PublishedClip published;
  private final String method;
  private final JsonNode settings;
  private final PromptText text;
  private final int[] ends;
  private final Tensor teacher; // (C, E), unit length

  /**
   * Creates a method.
   *
   * @param settings all settings of the method
   */
  PublishedEncoders(
      Clip clip, PublishedClip published, JsonNode settings, List<String> classNames) {
    this.clip = clip;
    this.published = published;
    this.settings = settings;
    method = settings.path("method").asText();
    String template = settings.path("template").asText("a photo of a {}.");
    String words = settings.path("words").asText();
    text =
        settings.has("context_tokens")
            ? PromptText.patterned(
                clip,
                classNames,
                words.isEmpty() ? PromptText.pattern(vectors()) : words + " {}.",
                vectors())
            : PromptText.handCrafted(clip, classNames, template);
    ends = text.texts().stream().mapToInt(PromptText.ClassText::end).toArray();
    List<String> templates =
        settings.has("templates")
            ? StreamSupport.stream(settings.path("templates").spliterator(), false)
                .map(JsonNode::asText)
                .toList()
            : List.of(template);
    try (Scope scope = Scope.open("teacher");
        Autograd.Switch off = Autograd.off()) {
      teacher =
          new TemplateEnsemble(templates, Underscores.REPLACE)
              .raw(clip, classNames)
              .unitRows()
              .keep();
    }
  }

  private int vectors() {
    return settings.path("context_tokens").asInt();
  }

  /**
   * Runs the forward and the backward pass.
   *
   * @param parameters the parameters by their published names
   * @param images (B, 3, R, R)
   * @param labels (B)
   */
  PublishedMethod.Result step(Map<String, Tensor> parameters, Tensor images, Tensor labels) {
    Tensor loss =
        method.equals("mmrl") ? mmrl(parameters, images, labels) : rows(parameters, images, labels);
    return new PublishedMethod.Result(
        loss.item(), Autograd.gradients(loss, new ArrayList<>(parameters.values()), false));
  }

  private Tensor rows(Map<String, Tensor> parameters, Tensor images, Tensor labels) {
    List<Tensor> ofTexts = new ArrayList<>();
    List<Tensor> ofImages = new ArrayList<>();
    if (method.equals("maple")) {
      for (int i = 0; i < settings.path("depth").asInt(); i++) {
        String words = i == 0 ? "ctx" : "compound_prompts_text." + (i - 1);
        String projection = i == 0 ? "proj" : "compound_prompt_projections." + (i - 1);
        Tensor own = PublishedMethod.get(parameters, "prompt_learner." + words);
        ofTexts.add(own);
        ofImages.add(PublishedMethod.linear(parameters, "prompt_learner." + projection, own));
      }
    } else {
      if (parameters.containsKey("prompt_learner.ctx")) {
        ofTexts.add(PublishedMethod.get(parameters, "prompt_learner.ctx"));
        ofTexts.addAll(deep(parameters, "text_encoder"));
      }
      ofImages.add(PublishedMethod.get(parameters, VPT));
      ofImages.addAll(deep(parameters, "image_encoder"));
    }
    Tensor t = texts(ofTexts);
    Tensor f =
        published.projected(
            published
                .imageRows(
                    images,
                    (block, x) -> {
                      if (block < 0) {
                        return Tensor.concat(List.of(x, each(ofImages.get(0), x)), 1);
                      }
                      return block >= 1 && block < ofImages.size()
                          ? Tensor.concat(
                              List.of(
                                  x.narrow(1, 0, x.size(1) - ofImages.get(0).size(0)),
                                  each(ofImages.get(block), x)),
                              1)
                          : x;
                    })
                .select(1, 0));
    Tensor logits = f.matmul(t.transpose(0, 1)).times(clip.logitScale());
    Tensor loss = Functions.crossEntropy(logits, labels);
    return method.equals("promptsrc") ? regularised(loss, logits, f, t, images) : loss;
  }

  private static List<Tensor> deep(Map<String, Tensor> parameters, String encoder) {
    List<Tensor> rows = new ArrayList<>();
    for (int i = 1; ; i++) {
      Tensor next = parameters.get(encoder + ".transformer.resblocks." + i + ".VPT_shallow");
      if (next == null) {
        return rows;
      }
      rows.add(next);
    }
  }

  /** Repeats tokens for each image: (n, W) to (B, n, W). */
  private static Tensor each(Tensor rows, Tensor like) {
    return rows.unsqueeze(0).expand(like.size(0), rows.size(0), rows.size(1));
  }

  /**
   * Returns class features of unit length, with context vectors after the start of text if there
   * are any.
   */
  private Tensor texts(List<Tensor> learned) {
    if (learned.isEmpty()) {
      return teacher;
    }
    return published.text(
        published.prompts(text, learned.get(0), 0, text.classes()),
        ends,
        (block, x) -> block >= 1 && block < learned.size() ? exchanged(x, learned.get(block)) : x);
  }

  /** Replaces the tokens after the first one. */
  private static Tensor exchanged(Tensor x, Tensor rows) {
    long from = 1 + rows.size(0);
    return Tensor.concat(
        List.of(x.narrow(1, 0, 1), each(rows, x), x.narrow(1, from, x.size(1) - from)), 1);
  }

  private Tensor frozen(Tensor images) {
    try (Autograd.Switch off = Autograd.off()) {
      return published.image(images);
    }
  }

  private Tensor regularised(Tensor loss, Tensor logits, Tensor f, Tensor t, Tensor images) {
    Tensor f0 = frozen(images);
    Tensor z0 = f0.matmul(teacher.transpose(0, 1)).times(clip.logitScale());
    Tensor p0 = Functions.softmax(z0, 1);
    Tensor kl = p0.times(Functions.logSoftmax(z0, 1).minus(Functions.logSoftmax(logits, 1))).mean();
    return loss.plus(
            absolute(t.minus(teacher)).mean().times(settings.path("text_weight").asDouble()))
        .plus(absolute(f.minus(f0)).mean().times(settings.path("image_weight").asDouble()))
        .plus(kl);
  }

  private static Tensor absolute(Tensor x) {
    return Functions.relu(x).plus(Functions.relu(x.times(-1)));
  }

  private Tensor mmrl(Map<String, Tensor> parameters, Tensor images, Tensor labels) {
    String own = "representation_learner.compound_rep_tokens";
    Tensor tokens = PublishedMethod.get(parameters, own);
    int first = settings.path("representation_layers").path(0).asInt() - 1;
    int count = settings.path("representation_layers").size();
    List<List<Tensor>> rows = new ArrayList<>(); // of images, of texts
    for (String encoder : List.of("_r2vproj.", "_r2tproj.")) {
      rows.add(
          IntStream.range(0, count)
              .mapToObj(k -> PublishedMethod.linear(parameters, own + encoder + k, tokens))
              .toList());
    }
    long n = tokens.size(0);
    Tensor read = published.imageRows(images, inserted(rows.get(0), first));
    Tensor f = published.projected(read.select(1, 0));
    Tensor r =
        read.narrow(1, 1, n)
            .mean(1, false)
            .matmul(PublishedMethod.get(parameters, "image_encoder.proj_rep"))
            .unitRows();
    Tensor t =
        published.text(
            published.prompts(
                text, Tensor.full(0, 0, clip.config().textWidth()), 0, text.classes()),
            IntStream.of(ends).map(end -> end + (int) n).toArray(),
            inserted(rows.get(1), first));
    double share = settings.path("share").asDouble();
    Tensor ce = Functions.crossEntropy(f.matmul(t.transpose(0, 1)).times(SCALE_OF_MMRL), labels);
    Tensor ofTokens =
        Functions.crossEntropy(r.matmul(t.transpose(0, 1)).times(SCALE_OF_MMRL), labels);
    Tensor apart = apart(f, frozen(images)).plus(apart(t, teacher));
    return ce.times(share)
        .plus(ofTokens.times(1 - share))
        .plus(apart.times(settings.path("weight").asDouble()));
  }

  /** Returns {@code 1 - mean cos}. */
  private static Tensor apart(Tensor a, Tensor b) {
    return a.times(b).sum(1).mean().times(-1).plus(1);
  }

  /**
   * Inserts tokens after the first one in front of a block, and replaces them in front of each
   * later block.
   */
  private static PublishedClip.Before inserted(List<Tensor> rows, int first) {
    return (block, x) -> {
      if (block < first || block >= first + rows.size()) {
        return x;
      }
      Tensor own = rows.get(block - first);
      if (block > first) {
        return exchanged(x, own);
      }
      return Tensor.concat(
          List.of(x.narrow(1, 0, 1), each(own, x), x.narrow(1, 1, x.size(1) - 1)), 1);
    };
  }

  @Override
  public void close() {
    teacher.close();
  }
}
