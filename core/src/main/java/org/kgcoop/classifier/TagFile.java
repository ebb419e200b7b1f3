package org.kgcoop.classifier;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageSet;
import org.kgcoop.files.Json;
import org.kgcoop.files.Sha256;
import org.kgcoop.io.Fingerprints;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagHead;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The classifier file of tags: the head, and the threshold and promise of each tag. It has the name
 * and the form of other classifier files, and says {@code "kind": "tags"}, so that {@link
 * ClassifierFile} refuses it.
 *
 * @param head scores the tags in their order
 * @param tags at least one
 * @param template the text of a tag, with {@code {}} for its name
 * @param clip the CLIP model of the training
 * @param learnedFrom the labeled images
 * @param version the version of the program that wrote the file
 */
public record TagFile(
    TagHead head,
    List<LearnedTag> tags,
    String template,
    RecordedClip clip,
    TrainingDataRecord learnedFrom,
    String version) {
  private static final int FORMAT = 1;
  private static final String WHAT = "classifier file";
  private static final List<String> TENSORS =
      List.of("images", "texts", "coefficients", "share", "slope", "mean", "deviation", "beta");

  /** The metadata of the file, in the order of its keys. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  private record Metadata(
      String kind,
      int format,
      List<LearnedTag> tags,
      String template,
      String clipFingerprint,
      String clip,
      String activation,
      int maxPatches,
      String precision,
      String arithmetic,
      String dataFingerprint,
      String dataSet,
      String trainingImages,
      String version) {}

  /** Reads metadata of which no value is missing. */
  private static final ObjectReader METADATA =
      Json.LENIENT
          .reader()
          .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  public TagFile {
    tags = List.copyOf(tags);
  }

  /** Returns true if a path is such a file, or a folder that contains one. */
  public static boolean is(Path path) {
    Path file = ClassifierFile.at(path);
    WeightFile opened = WeightFiles.open(file);
    return SealedFile.isSealed(opened)
        && ClassifierFile.hasTags(SealedFile.open(opened, WHAT).json());
  }

  /**
   * Reads a file.
   *
   * @param path the file, or a folder that contains it
   * @throws KgCoopException if the file is of another kind, has a newer format, or is damaged
   */
  public static TagFile read(Path path) {
    Path file = ClassifierFile.at(path);
    SealedFile.Content content = SealedFile.open(WeightFiles.open(file), WHAT);
    if (!ClassifierFile.hasTags(content.json())) {
      throw KgCoopException.weights(file + ": expected a classifier of tags, got one of classes");
    }
    if (content.json().path("format").asInt() != FORMAT) {
      throw unknown(file, content, "format " + content.json().path("format"));
    }
    try {
      Metadata json = METADATA.treeToValue(content.json(), Metadata.class);
      List<LearnedTag> tags = json.tags();
      if (tags == null || tags.isEmpty() || tags.contains(null)) {
        throw unknown(file, content, "its tags; expected at least one");
      }
      return new TagFile(
          head(file, content, json.tags().size()),
          json.tags(),
          json.template(),
          new RecordedClip(
              json.clipFingerprint(),
              json.clip(),
              json.activation(),
              json.maxPatches(),
              new FeaturePrecision(json.precision(), json.arithmetic())),
          new TrainingDataRecord(
              json.dataSet(), json.dataFingerprint(), new ImageSet(json.trainingImages())),
          json.version());
    } catch (JsonProcessingException e) {
      throw unknown(file, content, Messages.firstLine(e.getOriginalMessage(), e));
    } catch (IllegalArgumentException e) {
      throw unknown(file, content, Messages.firstLine(e.getMessage(), e));
    }
  }

  private static KgCoopException unknown(Path file, SealedFile.Content content, String what) {
    return KgCoopException.weights(
        "%s: classifier file of kgcoop %s that this version, %s, cannot use: %s"
            .formatted(file, content.json().path("version").asText("?"), Version.KGCOOP, what));
  }

  private static TagHead head(Path file, SealedFile.Content content, int tags) {
    Map<String, StoredTensor> tensors = content.tensors();
    if (!tensors.keySet().containsAll(TENSORS)) {
      throw unknown(file, content, "its tensors; expected " + String.join(", ", TENSORS));
    }
    if (!fit(tensors, tags)) {
      throw unknown(
          file, content, "its tensors; expected finite numbers, and the sizes of its tags");
    }
    try (Scope scope = Scope.open("classifier file")) {
      return new TagHead(
          tensor(tensors, "images").toDoubleRows(),
          tensor(tensors, "texts").toDoubleRows(),
          tensor(tensors, "coefficients").toDoubleRows(),
          tensor(tensors, "share").toDoubles(),
          tensor(tensors, "slope").toDoubles(),
          tensor(tensors, "mean").toDoubles(),
          tensor(tensors, "deviation").toDoubles(),
          tensor(tensors, "beta").toDoubles()[0]);
    }
  }

  private static Tensor tensor(Map<String, StoredTensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name)).tensor();
  }

  /** Returns true if all tensors have the sizes of the images and tags, and finite values. */
  private static boolean fit(Map<String, StoredTensor> tensors, long tags) {
    long[] images = Objects.requireNonNull(tensors.get("images")).shape(); // (n, D)
    if (images.length != 2 || images[0] == 0) {
      return false;
    }
    Map<String, long[]> shapes = new HashMap<>();
    TENSORS.forEach(name -> shapes.put(name, new long[] {tags}));
    shapes.put("images", images);
    shapes.put("texts", new long[] {tags, images[1]});
    shapes.put("coefficients", new long[] {images[0], tags});
    shapes.put("beta", new long[] {1});
    return shapes.entrySet().stream()
        .allMatch(
            each -> {
              StoredTensor tensor = Objects.requireNonNull(tensors.get(each.getKey()));
              return Arrays.equals(tensor.shape(), each.getValue())
                  && tensor.dtype().isFloating()
                  && tensor.asFloat32().isFinite();
            });
  }

  /** Writes the file. Equal content gives equal bytes. */
  public void write(Path path) {
    Metadata metadata =
        new Metadata(
            ClassifierFile.TAGS,
            FORMAT,
            tags,
            template,
            clip.fingerprint(),
            clip.name(),
            clip.activation(),
            clip.maxPatches(),
            clip.precision().key(),
            clip.precision().arithmetic(),
            learnedFrom.fingerprint(),
            learnedFrom.dataSet(),
            learnedFrom.images().text(),
            version);
    SealedFile.write(path, tensors(), Json.tree(metadata));
  }

  private List<StoredTensor> tensors() {
    int count = head.share().length;
    try (Scope scope = Scope.open("classifier file")) {
      return List.of(
          StoredTensor.of("images", rows(head.images()).to(DType.FLOAT32)), // as features are
          StoredTensor.of("texts", rows(head.texts()).to(DType.FLOAT32)),
          StoredTensor.of("coefficients", rows(head.coefficients())),
          StoredTensor.of("share", Tensor.of(head.share(), count)),
          StoredTensor.of("slope", Tensor.of(head.slope(), count)),
          StoredTensor.of("mean", Tensor.of(head.mean(), count)),
          StoredTensor.of("deviation", Tensor.of(head.deviation(), count)),
          StoredTensor.of("beta", Tensor.of(new double[] {head.beta()}, 1)));
    }
  }

  private static Tensor rows(double[][] rows) {
    double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return Tensor.of(values, rows.length, rows[0].length);
  }

  /**
   * Checks that a model computes the features that the head was fitted to.
   *
   * @throws KgCoopException if it does not
   */
  public void check(Clip model) {
    clip.check(model);
  }

  /** Returns a SHA-256 of the head, the tags with their thresholds, and the template. */
  public String fingerprint() {
    return Sha256.of(
        Json.tree(Map.of("tags", tags))
            + "\n"
            + template
            + "\n"
            + Fingerprints.asFloat32(tensors()));
  }
}
