package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.model.Batch;
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.FixedHeadModel;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.Tape;
import org.kgcoop.model.TunedHead;
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
  record Given(List<Tensor> text, List<Tensor> image) {
    Given {
      text = List.copyOf(text);
      image = List.copyOf(image);
    }
  }

  /** Image of a batch. */
  static final class Image {
    private final Batch batch;
    private final int place;

    private Image(Batch batch, int place) {
      this.batch = batch;
      this.place = place;
    }

    /** Returns the unit feature of the frozen encoder, (1, E). */
    Tensor features() {
      return batch.features().narrow(0, place, 1);
    }

    /** Returns the tokens, (1, L, W). */
    Tensor rows() {
      return batch.rows().narrow(0, place, 1);
    }

    /** Returns the label, (1). */
    Tensor label() {
      return batch.labels().narrow(0, place, 1);
    }

    int place() {
      return place;
    }

    /** Returns the number of the step, from 0. */
    long step() {
      return batch.step();
    }
  }

  private final double scale;
  private final TextFeatures text;
  private final List<Loss> ofImages;
  private final List<Loss> ofTexts;
  private @Nullable Tensor constant; // class features, if the text encoder is not trained

  /**
   * Creates a model without parameters. Subclasses add them with {@link #parameter}.
   *
   * @param scale the scale of the cosines in logits
   * @param text the texts, closed together with this model
   * @param ofImages the losses that {@link #imageLosses} returns, in the same order
   * @param ofTexts the losses that {@link #textLosses} returns, in the same order
   */
  EncoderModel(
      Device device, double scale, TextFeatures text, List<Loss> ofImages, List<Loss> ofTexts) {
    super(device);
    this.scale = scale;
    this.text = text;
    this.ofImages = List.copyOf(ofImages);
    this.ofTexts = List.copyOf(ofTexts);
  }

  /**
   * Prepares tensors that training steps need and classifiers do not. Called at the beginning of
   * each step.
   */
  void prepare() {}

  /** Returns the inputs of the encoders for the current parameters. */
  abstract Given given();

  /**
   * Computes the losses of an image, each ().
   *
   * @param given the inputs of the image encoder
   * @param classFeatures the class features, (C, E), unit rows
   */
  abstract List<Tensor> imageLosses(Image image, List<Tensor> given, Tensor classFeatures);

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
   * @param given the inputs of the text encoder
   * @param step the number of the step, from 0
   */
  TextFeatures.Pass pass(TextFeatures text, List<Tensor> given, long step) {
    return text.pass(given);
  }

  /** Computes the class features without gradients, (C, E), not normalized. */
  Tensor texts(TextFeatures text, List<Tensor> given) {
    return text.all(given);
  }

  /**
   * Computes the features of an image for the logits, (1, E). Not called if the inputs of the model
   * are image features.
   *
   * @param images the image, (1, channels, R, R), normalized
   * @param given the inputs of the image encoder
   */
  abstract Tensor encode(Tensor images, List<Tensor> given);

  /** Returns all trained parts of the image encoder, for the given inputs. */
  abstract TunedImageEncoder learned(List<Tensor> given);

  final Tensor crossEntropy(Image image, Tensor features, Tensor classFeatures) {
    return Functions.crossEntropy(logits(features, classFeatures), image.label());
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
      List<Tensor> inputs = given().text();
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
    prepare();
    Given given = given();
    Tape tape = new Tape();
    int images = given.image().size();
    List<Tensor> made = new ArrayList<>(given.image()); // computed from the parameters
    if (!given.text().isEmpty()) {
      made.add(tape.cut(pass(text, given.text(), batch.step())).unitRows()); // (C, E)
    }
    List<Tensor> leaves = made.stream().map(Tensor::parameter).toList();
    List<Tensor> inputs = leaves.subList(0, images);
    Tensor classFeatures = given.text().isEmpty() ? currentTexts() : leaves.get(images);
    List<List<Tensor>> ofEach = // losses of each image, then the gradients of their sum
        Workers.map(
            batch.size(),
            place -> {
              Image image = new Image(batch, place);
              List<Tensor> losses = imageLosses(image, inputs, classFeatures);
              Tensor followed = weighted(losses, ofImages).times(1.0 / batch.size());
              List<Tensor> found = new ArrayList<>(losses.stream().map(Tensor::detach).toList());
              found.addAll(Autograd.gradients(followed, leaves, false));
              return found;
            });
    Map<String, Double> told = new LinkedHashMap<>();
    double sum = 0;
    for (int i = 0; i < ofImages.size(); i++) {
      int loss = i;
      double mean = ofEach.stream().mapToDouble(m -> m.get(loss).item()).sum() / batch.size();
      told.put(ofImages.get(i).name(), mean);
      sum += ofImages.get(i).weight() * mean;
    }
    List<Tensor> gradients = new ArrayList<>(); // with respect to the inputs of the encoders
    for (int i = 0; i < made.size(); i++) {
      gradients.add(sum(ofEach, ofImages.size() + i));
    }
    List<Tensor> losses = given.text().isEmpty() ? List.of() : textLosses(classFeatures);
    if (!losses.isEmpty()) {
      Tensor followed = weighted(losses, ofTexts);
      Tensor byTexts = Autograd.gradients(followed, List.of(classFeatures), false).get(0);
      gradients.set(images, gradients.get(images).plus(byTexts));
    }
    for (int i = 0; i < losses.size(); i++) {
      double value = losses.get(i).item();
      told.put(ofTexts.get(i).name(), value);
      sum += ofTexts.get(i).weight() * value;
    }
    return new Step(
        withSum(told, sum), tape.gradients(made, gradients, List.copyOf(parameters().values())));
  }

  private static Tensor weighted(List<Tensor> values, List<Loss> losses) {
    Tensor sum = values.get(0).times(losses.get(0).weight());
    for (int i = 1; i < values.size(); i++) {
      sum = sum.plus(values.get(i).times(losses.get(i).weight()));
    }
    return sum;
  }

  /** Sums in the order of the images, so that the result is deterministic. */
  private static Tensor sum(List<List<Tensor>> ofEach, int place) {
    Tensor sum = ofEach.get(0).get(place);
    for (List<Tensor> made : ofEach.subList(1, ofEach.size())) {
      sum = sum.plus(made.get(place));
    }
    return sum;
  }

  /** Returns the optimized sum first, followed by its terms if there are several. */
  private static Map<String, Double> withSum(Map<String, Double> parts, double sum) {
    Map<String, Double> losses = new LinkedHashMap<>(Map.of("loss", sum));
    if (parts.size() > 1) {
      losses.putAll(parts);
    }
    return losses;
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
    return inputs().block().isEmpty() ? texts : new TunedHead(texts, new Encoder(), closing);
  }

  /** Image encoder that uses the current parameters for every call. */
  private final class Encoder implements FeatureEncoder {
    @Override
    public Tensor features(Tensor images) {
      try (Autograd.Switch off = Autograd.off()) {
        List<Tensor> given = given().image();
        List<Tensor> features = new ArrayList<>();
        Workers.map(
                Math.toIntExact(images.size(0)),
                i -> List.of(encode(images.narrow(0, i, 1), given)))
            .forEach(features::addAll);
        return Tensor.concat(features, 0);
      }
    }

    @Override
    public TunedImageEncoder learned() {
      try (Autograd.Switch off = Autograd.off()) {
        return EncoderModel.this.learned(given().image());
      }
    }
  }

  @Override
  public void close() {
    super.close();
    if (constant != null) {
      constant.close();
    }
    text.close();
  }
}
