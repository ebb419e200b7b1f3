package org.kgcoop.method.encoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.model.Batch;
import org.kgcoop.model.CosineModel;
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.FixedHead;
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
 * A learner inside of the encoders. A step makes the class features, then goes through the images
 * one by one, each forward and backward on one core, since a loss of an image needs the class
 * features and no other image; the gradients by the class features, summed over the images, then go
 * back through the text encoder. So memory does not grow with the batch.
 */
abstract class EncoderModel extends CosineModel {

  /**
   * A loss: the mean over images of what each adds, or a number of the class features alone.
   *
   * @param weight in the sum that is followed
   */
  record Loss(String name, double weight) {}

  /**
   * The tensors that go into the encoders, made of the parameters.
   *
   * @param text as {@link TextFeatures#pass} takes them; empty where texts are not learned
   * @param image for the image encoder; empty where it is left as it is
   */
  record Given(List<Tensor> text, List<Tensor> image) {
    Given {
      text = List.copyOf(text);
      image = List.copyOf(image);
    }
  }

  /** An image of a batch. */
  static final class Image {
    private final Batch batch;
    private final int place;

    private Image(Batch batch, int place) {
      this.batch = batch;
      this.place = place;
    }

    /** (1, E), unit, of the frozen encoder. */
    Tensor features() {
      return batch.features().narrow(0, place, 1);
    }

    /** (1, L, W) */
    Tensor rows() {
      return batch.rows().narrow(0, place, 1);
    }

    /** (1) */
    Tensor label() {
      return batch.labels().narrow(0, place, 1);
    }

    int place() {
      return place;
    }

    /** The number of the step, from 0. */
    long step() {
      return batch.step();
    }
  }

  private final TextFeatures text;
  private final List<Loss> ofImages;
  private final List<Loss> ofTexts;
  private @Nullable Tensor constant; // class features where texts are not learned

  /**
   * A learner without parameters, which are added by {@link #parameter}.
   *
   * @param scale of cosines in logits
   * @param text closed with this
   * @param ofImages the losses that {@link #imageLosses} gives, in its order
   * @param ofTexts the losses that {@link #textLosses} gives
   */
  EncoderModel(
      Device device, double scale, TextFeatures text, List<Loss> ofImages, List<Loss> ofTexts) {
    super(device, scale);
    this.text = text;
    this.ofImages = List.copyOf(ofImages);
    this.ofTexts = List.copyOf(ofTexts);
  }

  /** Makes what steps need and classifiers do not; asked at the beginning of each step. */
  void prepare() {}

  /** The tensors that go into the encoders, by the parameters as they are now. */
  abstract Given given();

  /**
   * The losses of an image, each ().
   *
   * @param given the tensors for the image encoder
   * @param classFeatures (C, E), unit rows
   */
  abstract List<Tensor> imageLosses(Image image, List<Tensor> given, Tensor classFeatures);

  /**
   * The losses of class features alone, each ().
   *
   * @param classFeatures (C, E), unit rows
   */
  List<Tensor> textLosses(Tensor classFeatures) {
    return List.of();
  }

  /**
   * The class features of a step, and the way back through the text encoder.
   *
   * @param text as it was given
   * @param given the tensors for the text encoder
   * @param step its number, from 0
   */
  TextFeatures.Pass pass(TextFeatures text, List<Tensor> given, long step) {
    return text.pass(given);
  }

  /** The class features before they are brought to unit length, without gradients: (C, E). */
  Tensor texts(TextFeatures text, List<Tensor> given) {
    return text.all(given);
  }

  /**
   * The features of an image as logits take them: (1, E). Not asked for where images are taken as
   * features.
   *
   * @param images (1, channels, R, R), normalized
   * @param given the tensors for the image encoder
   */
  abstract Tensor encode(Tensor images, List<Tensor> given);

  /** All that is learned inside of the image encoder, by the tensors that are given to it. */
  abstract TunedImageEncoder learned(List<Tensor> given);

  final Tensor crossEntropy(Image image, Tensor features, Tensor classFeatures) {
    return Functions.crossEntropy(logits(features, classFeatures), image.label());
  }

  /** Without gradients. */
  @Override
  protected final Tensor classVectors() {
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
    List<Tensor> made = new ArrayList<>(given.image()); // of the parameters
    if (!given.text().isEmpty()) {
      made.add(tape.cut(pass(text, given.text(), batch.step())).unitRows()); // (C, E)
    }
    List<Tensor> leaves = made.stream().map(Tensor::parameter).toList();
    List<Tensor> inputs = leaves.subList(0, images);
    Tensor classFeatures = given.text().isEmpty() ? classVectors() : leaves.get(images);
    List<List<Tensor>> ofEach = // its losses, then the gradients of their sum
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
    List<Tensor> gradients = new ArrayList<>(); // by what is made
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

  /** In the order of the images, so that the sum is the same each time. */
  private static Tensor sum(List<List<Tensor>> ofEach, int place) {
    Tensor sum = ofEach.get(0).get(place);
    for (List<Tensor> made : ofEach.subList(1, ofEach.size())) {
      sum = sum.plus(made.get(place));
    }
    return sum;
  }

  /** The followed sum first, and its parts where there are several. */
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
    FixedHead texts = fixedHead();
    return inputs().block().isEmpty() ? texts : new TunedHead(texts, new Encoder(), closing);
  }

  /** The image encoder with the parameters as they are when it is asked. */
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
