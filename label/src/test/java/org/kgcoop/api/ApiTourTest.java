package org.kgcoop.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.train.Adaptation;
import org.kgcoop.api.train.Training;
import org.kgcoop.api.train.TrainingListener;
import org.kgcoop.classifier.RecordedClip;
import org.kgcoop.classifier.TagFile;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.clip.Clip;
import org.kgcoop.example.ApiTour;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.image.Crop;
import org.kgcoop.image.ImageHeader;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;
import org.kgcoop.image.Orientation;
import org.kgcoop.image.Reduction;
import org.kgcoop.image.RgbImage;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Answered;
import org.kgcoop.label.LabelExample;
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.Share;
import org.kgcoop.label.Status;
import org.kgcoop.label.UndoOffer;
import org.kgcoop.label.Undone;
import org.kgcoop.label.Written;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagHead;
import org.kgcoop.tags.TagMeasurement.By;

/** Tests that a program with types of the API only can call each of its methods. */
class ApiTourTest {
  private static final Path TOUR = Path.of("src/test/java/org/kgcoop/example/ApiTour.java");
  private static final Set<String> API =
      Set.of("org.kgcoop.api", "org.kgcoop.api.train", "org.kgcoop.label", "org.kgcoop.image");

  @TempDir Path folder;

  @Test
  void everyMethodCanBeCalled() throws IOException {
    Path photos = folder.resolve("photos");
    Path image =
        TestImages.dataSet(photos, List.of("cat", "dog", "owl", "fox"), 2, 0, 2)
            .test()
            .get(0)
            .file();
    Path plan = Files.createDirectories(folder.resolve("plan"));
    Files.writeString(
        plan.resolve("adapt.json"),
        """
        {"plan": {"methods": ["clip", "proker"]}, "labels": {"origin": "unstated"},
         "images": {"copies": {}}, "result": {}}
        """);
    Path weights = folder.resolve("clip");
    org.kgcoop.clip.untrained.RandomClip.write(
        weights, org.kgcoop.clip.untrained.RandomClip.TINY, 1);
    try (Clip clip = Clip.load(weights)) {
      ApiTour tour = new ApiTour(clip, photos, image, folder.resolve("out"));
      assertThat(tour.train()).isNotEmpty();
      tour.classify(folder.resolve("out/run"));
      writeTags(clip, folder.resolve("tags.safetensors"));
      tour.tags(folder.resolve("tags.safetensors"));
      tour.embed();
      assertThat(tour.adapt(plan).method()).isNotEmpty();
      tour.label();
      tour.images();
      tour.embedded();
    }
  }

  /** Writes a classifier of two tags, of which every image has the first one. */
  private static void writeTags(Clip clip, Path file) {
    int width = clip.config().embedDim();
    double[] zeros = new double[2];
    double[] ones = {1, 1};
    TagHead head =
        new TagHead(
            new double[2][width],
            new double[2][width],
            new double[2][2],
            ones,
            zeros,
            zeros,
            ones,
            1);
    new TagFile(
            head,
            List.of(
                new LearnedTag("all", 0.5, By.FOLDS, 9, 90, 90, false),
                new LearnedTag("none", 2, By.FOLDS, 9, 90, 90, false)),
            "a {}.",
            RecordedClip.of(clip),
            TrainingDataRecord.UNKNOWN,
            "1")
        .write(file);
  }

  @Test
  void theTourNamesEveryMethodAndImportsOnlyTheApi() throws IOException {
    String source = Files.readString(TOUR);
    Set<String> missing = new TreeSet<>();
    Deque<Class<?>> types =
        new ArrayDeque<>(
            List.of(
                Adaptation.class,
                Classification.class,
                Classifier.class,
                Embedder.class,
                Tag.class,
                TagPromise.class,
                Training.class,
                TrainingListener.class,
                Labeling.class,
                LabelExample.class,
                Accuracy.class,
                Answered.class,
                Page.class,
                Share.class,
                Status.class,
                UndoOffer.class,
                Undone.class,
                Written.class,
                LabeledImage.class,
                Crop.class,
                ImageHeader.class,
                ImageNames.class,
                Images.class,
                Orientation.class,
                Reduction.class,
                RgbImage.class));
    while (!types.isEmpty()) {
      Class<?> type = types.remove();
      types.addAll(List.of(type.getDeclaredClasses()));
      for (Method method : type.getDeclaredMethods()) {
        boolean isOfObject = Set.of("toString", "hashCode", "equals").contains(method.getName());
        if (Modifier.isPublic(method.getModifiers())
            && Modifier.isPublic(type.getModifiers())
            && !type.isEnum()
            && !isOfObject
            && !method.isSynthetic()
            && !method.getName().equals("close") // try-with-resources
            && !Pattern.compile("\\b%s\\(".formatted(method.getName())).matcher(source).find()) {
          missing.add(type.getSimpleName() + "." + method.getName());
        }
      }
    }
    assertThat(missing).isEmpty();
    List<String> imported =
        source
            .lines()
            .filter(line -> line.startsWith("import org.kgcoop."))
            .map(line -> line.substring("import ".length(), line.length() - 1))
            .toList();
    assertThat(imported)
        .allSatisfy(
            name ->
                assertThat(
                        API.contains(name.substring(0, name.lastIndexOf('.')))
                            || Set.of(
                                    "org.kgcoop.KgCoopException",
                                    "org.kgcoop.clip.Clip",
                                    "org.kgcoop.classifier.ClassifierFile")
                                .contains(name))
                    .as(name)
                    .isTrue());
  }
}
