package org.kgcoop.corpus;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;

/** Builds the embedded data sets from their recipes. */
final class DataSetBuilder {

  /** The maximum number of variants of a caption that a set contributes to a class. */
  private static final int VARIANTS = 6;

  private static final String DISC = " circle";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final IconPackage icons;
  private final Path out;
  private final Consumer<String> progress;
  private final List<Mistake> mistakes;
  private final Map<String, String> emoji = new HashMap<>();

  /** The split of each class, by data set. The recipes of shifts use it. */
  private final Map<String, Map<String, SplitRule>> made = new HashMap<>();

  /** A drawing that does not show its class. */
  private record Mistake(Pattern key, String className) {

    static Mistake parse(String line) {
      String[] columns = line.split("\t", -1);
      return new Mistake(Pattern.compile(columns[0]), columns[1]);
    }

    boolean of(Drawing drawing) {
      return className.equals(drawing.concept()) && key.matcher(drawing.icon().key()).matches();
    }
  }

  DataSetBuilder(IconPackage icons, Path out, Consumer<String> progress) {
    this.icons = icons;
    this.out = out;
    this.progress = progress;
    this.mistakes = Resources.lines("audit.tsv").stream().map(Mistake::parse).toList();
    for (String line : Resources.lines("emoji.txt")) {
      String[] sides = line.split(": ", 2);
      Arrays.stream(sides[1].split(",", -1)).forEach(name -> emoji.put(name.strip(), sides[0]));
    }
  }

  /**
   * Writes {@code NAME.zip} for each recipe, {@code index.json} and {@code CREDITS.tsv}.
   *
   * @throws KgCoopException of the category DATA, with the names of all classes with too few
   *     drawings
   */
  void write(List<Recipe> recipes, List<Drawing> drawings) {
    Map<String, List<Gallery.Image>> byConcept = images(recipes, drawings);
    List<String> problems = new ArrayList<>();
    ArrayNode index = JSON.createArrayNode();
    Set<String> credited = new TreeSet<>();
    for (Recipe recipe : recipes) {
      Map<String, SplitRule> classes =
          recipe.source() == null
              ? classes(recipe, byConcept, problems)
              : shifted(recipe, byConcept);
      made.put(recipe.name(), classes);
      credited.addAll(pack(recipe, classes));
      index.add(description(recipe, classes));
    }
    if (!problems.isEmpty()) {
      throw KgCoopException.data("classes with too few drawings: " + String.join("; ", problems));
    }
    AtomicFile.write(
        out.resolve("index.json"),
        to -> to.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(index)));
    Credits.write(out.resolve("CREDITS.tsv"), icons, credited);
  }

  /** Returns the images of all classes of the recipes, by concept. */
  private Map<String, List<Gallery.Image>> images(List<Recipe> recipes, List<Drawing> drawings) {
    Set<String> wanted = new HashSet<>();
    recipes.forEach(recipe -> wanted.addAll(recipe.classes()));
    List<Drawing> chosen =
        drawings.stream()
            .filter(drawing -> drawing.part() != Part.PRETRAINING)
            .map(drawing -> withMeaning(drawing, wanted))
            .filter(drawing -> wanted.contains(drawing.concept()))
            .filter(drawing -> drawing.variant() < VARIANTS)
            .filter(drawing -> mistakes.stream().noneMatch(mistake -> mistake.of(drawing)))
            .toList();
    progress.accept(String.format(Locale.ROOT, "rendering %,d drawings", chosen.size()));
    Map<Part, List<Gallery.Image>> byPart =
        Gallery.render(chosen).stream()
            .collect(Collectors.groupingBy(image -> image.drawing().part()));
    List<Gallery.Image> test = byPart.getOrDefault(Part.TEST, List.of());
    List<Gallery.Image> all = new ArrayList<>(test);
    all.addAll(Gallery.withoutTwins(byPart.getOrDefault(Part.DOWNSTREAM, List.of()), test));
    all.addAll(byPart.getOrDefault(Part.SHIFT, List.of()));
    return all.stream().collect(Collectors.groupingBy(image -> image.drawing().concept()));
  }

  /**
   * Returns the drawing with the concept of its class. Names of emoji are longer than class names,
   * and many sketches show their subject in a disc.
   */
  private Drawing withMeaning(Drawing drawing, Set<String> wanted) {
    String concept = drawing.concept();
    if (drawing.style().contains("color emoji") || drawing.style().contains("emoji")) {
      return drawing.withConcept(emoji.getOrDefault(drawing.caption(), concept));
    }
    boolean inDisc = drawing.style().contains("sketch") && concept.endsWith(DISC);
    return inDisc && !wanted.contains(concept)
        ? drawing.withConcept(concept.substring(0, concept.length() - DISC.length()))
        : drawing;
  }

  private Map<String, SplitRule> classes(
      Recipe recipe, Map<String, List<Gallery.Image>> byConcept, List<String> problems) {
    Map<String, SplitRule> classes = new TreeMap<>();
    for (String name : recipe.classes()) {
      List<Gallery.Image> images =
          differentUnder(
              Condition.named(recipe.condition()),
              SplitRule.ordered(
                  byConcept.getOrDefault(name, List.of()).stream()
                      .filter(image -> recipe.parts().contains(image.drawing().part()))
                      .toList()));
      if (images.size() < recipe.shots() + SplitRule.LEAST_TEST) {
        problems.add(
            "%s/%s: %s of %s"
                .formatted(
                    recipe.name(), name, images.size(), recipe.shots() + SplitRule.LEAST_TEST));
      }
      classes.put(name, SplitRule.of(images, recipe.shots()));
    }
    return classes;
  }

  /**
   * Removes duplicates. Coarse conditions can make two drawings equal, and the first one is kept.
   */
  private static List<Gallery.Image> differentUnder(
      Condition condition, List<Gallery.Image> images) {
    Set<ByteBuffer> seen = new HashSet<>();
    return images.stream()
        .filter(image -> seen.add(ByteBuffer.wrap(seen(condition, image).samples())))
        .toList();
  }

  private static Bitmap seen(Condition condition, Gallery.Image image) {
    return condition.of(image.bitmap().sixteenLevels(), image.drawing().icon().key());
  }

  /** Returns the test images of the source, or images of the same classes by other designers. */
  private Map<String, SplitRule> shifted(
      Recipe recipe, Map<String, List<Gallery.Image>> byConcept) {
    Map<String, SplitRule> source = made.getOrDefault(recipe.source(), Map.of());
    List<String> sets = recipe.sets();
    Map<String, SplitRule> classes = new LinkedHashMap<>();
    source.forEach(
        (name, parts) -> {
          List<Gallery.Image> test =
              sets == null
                  ? parts.test()
                  : byConcept.getOrDefault(name, List.of()).stream()
                      .filter(image -> sets.contains(image.drawing().set().prefix()))
                      .filter(image -> image.drawing().variant() < Catalogue.VARIANTS)
                      .toList();
          if (!test.isEmpty()) {
            classes.put(name, new SplitRule(List.of(), List.of(), test));
          }
        });
    return classes;
  }

  /** Writes a data set and returns the icon sets of its drawings. */
  private Set<String> pack(Recipe recipe, Map<String, SplitRule> classes) {
    PackedDataSet packed = new PackedDataSet();
    Condition condition = Condition.named(recipe.condition());
    Set<String> prefixes = new TreeSet<>();
    classes.forEach(
        (name, parts) ->
            Map.of("train", parts.train(), "val", parts.val(), "test", parts.test())
                .forEach(
                    (part, images) -> {
                      for (Gallery.Image image : images) {
                        String key = image.drawing().icon().key();
                        packed.add(
                            part, name, key, condition.of(image.bitmap().sixteenLevels(), key));
                        prefixes.add(image.drawing().set().prefix());
                      }
                    }));
    packed.addText("template.txt", recipe.template() + "\n");
    packed.addText("CREDITS.tsv", Credits.table(icons, prefixes));
    packed.write(out.resolve(recipe.name() + ".zip"));
    progress.accept(
        "%s: %s classes, %s train, %s val, %s test, %s"
            .formatted(
                recipe.name(),
                classes.size(),
                classes.values().stream().mapToInt(parts -> parts.train().size()).sum(),
                classes.values().stream().mapToInt(parts -> parts.val().size()).sum(),
                classes.values().stream().mapToInt(parts -> parts.test().size()).sum(),
                recipe.condition()));
    return prefixes;
  }

  private static ObjectNode description(Recipe recipe, Map<String, SplitRule> classes) {
    ObjectNode description = JSON.createObjectNode();
    description.put("name", recipe.name());
    description.put("title", recipe.title());
    description.put("role", recipe.role());
    description.put("source", recipe.source());
    description.put("condition", recipe.condition());
    description.put("shots", recipe.shots());
    description.put("classes", classes.size());
    return description;
  }
}
