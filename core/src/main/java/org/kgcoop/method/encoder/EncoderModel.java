package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.model.Batch;
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.FixedHeadModel;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.Tape;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * Trainable model with parameters inside the encoders. A step first computes the class features. It
 * then processes the images one by one, each forward and backward on one core. This is possible
 * because the loss of an image depends on the class features and on no other image. Finally, the
 * gradients with respect to the class features, summed over the images, are propagated through the
 * text encoder. Memory therefore does not grow with the batch size.
 */
abstract class EncoderModel extends FixedHeadModel {

  /**
   * Loss term: the mean over images, or a function of the class features only.
   *
   * @param name the name in the log
   * @param weight the weight in the optimized sum
   */
  record Loss(String name, double weight) {}

  /**
   * Inputs of the encoders, computed from the parameters.
   *
   * @param text the input of {@link TextFeatures#pass}; empty if the text encoder is not trained
   * @param image the input of the image encoder; empty if the image encoder is not trained
   */
  record EncoderInputs(List<Tensor> text, List<Tensor> image) {}

  private final double scale;
  private final TextFeatures text;
  private @Nullable Tensor constant; // class features, if the text encoder is not trained
  private @Nullable Tensor target; // computed by the first step

  /**
   * Creates a model without parameters. Subclasses add them with {@link #parameter}.
   *
   * @param scale the scale of the cosines in logits
   * @param text the texts, closed together with this model
   */
  EncoderModel(Device device, double scale, TextFeatures text) {
    super(device);
    this.scale = scale;
    this.text = text;
  }

  /** Returns the losses that {@link #imageLosses} computes, in the same order. */
  List<Loss> imageTerms() {
    return List.of(new Loss("loss", 1));
  }

  /** Returns the losses that {@link #textLosses} computes, in the same order. */
  List<Loss> textTerms() {
    return List.of();
  }

  /** Computes class features that losses need and classifiers do not; null for none. */
  @Nullable Tensor computeTarget() {
    return null;
  }

  /** Returns the result of {@link #computeTarget}. It is computed before the first step. */
  final Tensor target() {
    return Objects.requireNonNull(target, "asked for outside of a step");
  }

  /** Returns the inputs of the encoders for the current parameters. */
  abstract EncoderInputs encoderInputs();

  /**
   * Computes the losses of an image, each ().
   *
   * @param image a batch of one image
   * @param place the index of the image in its batch
   * @param encoderInputs the inputs of the image encoder
   * @param classFeatures the class features, (C, E), unit rows
   */
  abstract List<Tensor> imageLosses(
      Batch image, int place, List<Tensor> encoderInputs, Tensor classFeatures);

  /**
   * Computes the losses of the class features, each ().
   *
   * @param classFeatures the class features, (C, E), unit rows
   */
  List<Tensor> textLosses(Tensor classFeatures) {
    return List.of();
  }

  /**
   * Computes the class features of a step, together with the backward pass through the text
   * encoder.
   *
   * @param text the texts that were passed to the constructor
   * @param encoderInputs the inputs of the text encoder
   * @param step the number of the step, from 0
   */
  TextFeatures.Pass pass(TextFeatures text, List<Tensor> encoderInputs, long step) {
    return text.pass(encoderInputs);
  }

  /** Computes the class features without gradients, (C, E), not normalized. */
  Tensor texts(TextFeatures text, List<Tensor> encoderInputs) {
    return text.all(encoderInputs);
  }

  /**
   * Computes the features of an image for the logits, (1, E). Not called if the inputs of the model
   * are image features.
   *
   * @param images the image, (1, channels, R, R), normalized
   * @param encoderInputs the inputs of the image encoder
   */
  abstract Tensor encode(Tensor images, List<Tensor> encoderInputs);

  /** Returns all trained parts of the image encoder, for the given inputs. */
  abstract TunedImageEncoder learned(List<Tensor> encoderInputs);

  final Tensor crossEntropy(Batch image, Tensor features, Tensor classFeatures) {
    return Functions.crossEntropy(logits(features, classFeatures), image.labels());
  }

  /** Computes the logits of images for class features: (B, E) and (C, E) to (B, C). */
  final Tensor logits(Tensor features, Tensor classFeatures) {
    return head(classFeatures).logits(features);
  }

  private FixedHead.Linear head(Tensor classFeatures) {
    return new FixedHead.Linear(classFeatures, null, scale);
  }

  @Override
  protected final FixedHead fixedHead() {
    return head(currentTexts());
  }

  /** Computes the class features without gradients. */
  private Tensor currentTexts() {
    try (Autograd.Switch off = Autograd.off()) {
      List<Tensor> inputs = encoderInputs().text();
      if (!inputs.isEmpty()) {
        return texts(text, inputs).unitRows();
      }
      if (constant == null) {
        try (Scope scope = Scope.open("class features")) {
          constant = text.all(inputs).unitRows().keep();
        }
      }
      return constant;
    }
  }

  @Override
  public final Step step(Batch batch) {
    if (target == null) {
      try (Scope scope = Scope.open("target")) {
        Tensor computed = computeTarget();
        target = computed == null ? null : computed.keep();
      }
    }
    EncoderInputs encoderInputs = encoderInputs();
    boolean trainsTexts = !encoderInputs.text().isEmpty();
    Tape tape = new Tape();
    int images = encoderInputs.image().size();
    List<Tensor> differentiated =
        new ArrayList<>(encoderInputs.image()); // computed from the parameters
    if (trainsTexts) {
      differentiated.add(
          tape.cut(pass(text, encoderInputs.text(), batch.step())).unitRows()); // (C, E)
    }
    List<Tensor> leaves = differentiated.stream().map(Tensor::parameter).toList();
    List<Tensor> inputs = leaves.subList(0, images);
    Tensor classFeatures = trainsTexts ? leaves.get(images) : currentTexts();
    List<Loss> terms = imageTerms();
    List<List<Tensor>> lossesByImage = // losses of each image, then the gradients of their sum
        Workers.map(
            batch.size(),
            place -> {
              List<Tensor> losses = imageLosses(batch.image(place), place, inputs, classFeatures);
              Tensor optimized = weighted(losses, terms).times(1.0 / batch.size());
              List<Tensor> found = new ArrayList<>(losses.stream().map(Tensor::detach).toList());
              found.addAll(Autograd.gradients(optimized, leaves, false));
              return found;
            });
    Map<String, Double> logged = new LinkedHashMap<>(Map.of("loss", 0.0)); // the optimized sum
    for (int i = 0; i < terms.size(); i++) {
      int loss = i;
      double sum = lossesByImage.stream().mapToDouble(m -> m.get(loss).item()).sum();
      log(terms.get(i), sum / batch.size(), logged);
    }
    List<Tensor> gradients = new ArrayList<>(); // with respect to the inputs of the encoders
    for (int i = 0; i < differentiated.size(); i++) {
      int place = terms.size() + i;
      gradients.add( // in the order of the images, so that the result is deterministic
          lossesByImage.stream().map(m -> m.get(place)).reduce(Tensor::plus).orElseThrow());
    }
    List<Tensor> losses = trainsTexts ? textLosses(classFeatures) : List.of();
    if (!losses.isEmpty()) {
      Tensor optimized = weighted(losses, textTerms());
      Tensor byTexts = Autograd.gradients(optimized, List.of(classFeatures), false).get(0);
      gradients.set(images, gradients.get(images).plus(byTexts));
    }
    for (int i = 0; i < losses.size(); i++) {
      log(textTerms().get(i), losses.get(i).item(), logged);
    }
    return new Step(
        logged, tape.gradients(differentiated, gradients, List.copyOf(parameters().values())));
  }

  private static Tensor weighted(List<Tensor> values, List<Loss> losses) {
    return IntStream.range(0, values.size())
        .mapToObj(i -> values.get(i).times(losses.get(i).weight()))
        .reduce(Tensor::plus)
        .orElseThrow();
  }

  /** Adds a term to the optimized sum, and logs it unless it is the sum. */
  private static void log(Loss term, double value, Map<String, Double> logged) {
    logged.merge("loss", term.weight() * value, Double::sum);
    logged.putIfAbsent(term.name(), value);
  }

  @Override
  public final Head toHead() {
    return head(() -> {});
  }

  @Override
  public final Head intoHead() {
    return inputs().block().isEmpty() ? super.intoHead() : head(this::close);
  }

  private Head head(Runnable closing) {
    FixedHead texts = headCopy();
    return inputs().block().isEmpty() ? texts : new TunedHead(texts, closing);
  }

  /** Head of the texts, with the image encoder that uses the current parameters for every call. */
  private final class TunedHead implements Head, FeatureEncoder {
    private final FixedHead texts;
    private final Runnable closing;

    TunedHead(FixedHead texts, Runnable closing) {
      this.texts = texts;
      this.closing = closing;
    }

    @Override
    public Tensor features(Tensor images) {
      try (Autograd.Switch off = Autograd.off()) {
        List<Tensor> encoderInputs = encoderInputs().image();
        return Workers.rows(images.size(0), i -> encode(images.narrow(0, i, 1), encoderInputs));
      }
    }

    @Override
    public TunedImageEncoder learned() {
      try (Autograd.Switch off = Autograd.off()) {
        return EncoderModel.this.learned(encoderInputs().image());
      }
    }

    @Override
    public Tensor logits(Tensor features) {
      return texts.logits(features);
    }

    @Override
    public Optional<FeatureEncoder> encoder() {
      return Optional.of(this);
    }

    @Override
    public Optional<FixedHead> fixed() {
      return Optional.of(texts);
    }

    @Override
    public void close() {
      texts.close();
      closing.run();
    }
  }

  @Override
  public void close() {
    super.close();
    Stream.of(constant, target).filter(Objects::nonNull).forEach(Tensor::close);
    text.close();
  }
}
