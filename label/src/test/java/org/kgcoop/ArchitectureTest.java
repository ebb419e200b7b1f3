package org.kgcoop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tests the order of packages in core, train and label, which are all on the class path here. All
 * packages may use the root package (errors, version).
 */
@AnalyzeClasses(packages = "org.kgcoop", importOptions = ArchitectureTest.MainCode.class)
class ArchitectureTest {

  /** Without tests, in folders and in the jar of core's fixtures. */
  static final class MainCode implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }
  }

  /**
   * {@code label > adapt, api.train > trial > train > features, runs, method > prompt > model, eval
   * > clip > data > image; clip > io > tensor; tensor, image > natives; clip, data > download >
   * progress; tags > method, eval, random, tensor; label, adapt > journal, similarity}. All of them
   * may use {@code files}, and {@code random} for random numbers.
   */
  @ArchTest
  static final ArchRule packagesUseOnlyThoseBelowThem =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("adapt")
          .definedBy("org.kgcoop.adapt..")
          .layer("api")
          .definedBy("org.kgcoop.api")
          .layer("api.train")
          .definedBy("org.kgcoop.api.train..")
          .layer("trial")
          .definedBy("org.kgcoop.trial..")
          .layer("train")
          .definedBy("org.kgcoop.train..")
          .layer("runs")
          .definedBy("org.kgcoop.runs..")
          .layer("journal")
          .definedBy("org.kgcoop.journal..")
          .layer("label")
          .definedBy("org.kgcoop.label..")
          .layer("eval")
          .definedBy("org.kgcoop.eval..")
          .layer("tags")
          .definedBy("org.kgcoop.tags..")
          .layer("similarity")
          .definedBy("org.kgcoop.similarity..")
          .layer("features")
          .definedBy("org.kgcoop.features..")
          .layer("method")
          .definedBy("org.kgcoop.method..")
          .layer("prompt")
          .definedBy("org.kgcoop.prompt..")
          .layer("model")
          .definedBy("org.kgcoop.model..")
          .layer("clip")
          .definedBy("org.kgcoop.clip..")
          .layer("data")
          .definedBy("org.kgcoop.data..")
          .layer("image")
          .definedBy("org.kgcoop.image..")
          .layer("random")
          .definedBy("org.kgcoop.random..")
          .layer("files")
          .definedBy("org.kgcoop.files..")
          .layer("io")
          .definedBy("org.kgcoop.io..")
          .layer("formats")
          .definedBy("org.kgcoop.formats..")
          .layer("tensor")
          .definedBy("org.kgcoop.tensor..")
          .layer("natives")
          .definedBy("org.kgcoop.natives..")
          .layer("progress")
          .definedBy("org.kgcoop.progress..")
          .layer("download")
          .definedBy("org.kgcoop.download..")
          .whereLayer("adapt")
          .mayOnlyBeAccessedByLayers("api.train", "label")
          .whereLayer("label")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("api")
          .mayOnlyBeAccessedByLayers("label")
          .whereLayer("api.train")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("trial")
          .mayOnlyBeAccessedByLayers("adapt", "api.train", "label")
          .whereLayer("train")
          .mayOnlyAccessLayers(
              "runs",
              "features",
              "method",
              "prompt",
              "model",
              "clip",
              "data",
              "image",
              "random",
              "io",
              "tensor",
              "progress",
              "files")
          // Listing runs needs only files and numbers, and loads no model.
          .whereLayer("runs")
          .mayOnlyAccessLayers("eval", "tags", "io", "tensor", "files")
          .whereLayer("journal")
          .mayOnlyAccessLayers("files")
          .whereLayer("journal")
          .mayOnlyBeAccessedByLayers("adapt", "label")
          .whereLayer("tags")
          .mayOnlyAccessLayers("method", "eval", "random", "tensor")
          .whereLayer("similarity")
          .mayOnlyAccessLayers("tensor", "random")
          .whereLayer("similarity")
          .mayOnlyBeAccessedByLayers("adapt", "label")
          .whereLayer("features")
          .mayOnlyAccessLayers(
              "model", "clip", "data", "image", "random", "io", "tensor", "progress", "files")
          .whereLayer("method")
          .mayOnlyAccessLayers(
              "prompt", "model", "eval", "clip", "data", "image", "random", "io", "tensor", "files")
          .whereLayer("prompt")
          .mayOnlyAccessLayers("model", "clip", "data", "image", "random", "io", "tensor", "files")
          .whereLayer("model")
          .mayOnlyAccessLayers("clip", "data", "image", "random", "io", "tensor", "files")
          .whereLayer("clip")
          .mayOnlyAccessLayers(
              "data", "image", "random", "io", "tensor", "download", "progress", "files")
          .whereLayer("io")
          .mayOnlyAccessLayers("tensor", "files")
          .whereLayer("formats")
          .mayNotAccessAnyLayer()
          .whereLayer("tensor")
          .mayOnlyAccessLayers("natives", "files")
          .whereLayer("natives")
          .mayOnlyAccessLayers("files")
          // Data and images depend on no model, weight file or tensor.
          .whereLayer("data")
          .mayOnlyAccessLayers("image", "random", "download", "progress", "files")
          .whereLayer("image")
          .mayOnlyAccessLayers("random", "natives", "files")
          .whereLayer("random")
          .mayOnlyAccessLayers("files")
          .whereLayer("files")
          .mayNotAccessAnyLayer()
          .whereLayer("eval")
          .mayOnlyAccessLayers("tensor", "random");

  @ArchTest
  static final ArchRule theBindingsStayInsideTensorAndImage =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.kgcoop.tensor..", "org.kgcoop.image")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule noPackageReachesItselfAgain =
      slices().matching("org.kgcoop.(**)").should().beFreeOfCycles();

  /**
   * On the module path, Java loads a package from one module only. The simulations of {@code bench}
   * are in the package of the sessions, because sessions in memory are no API. `bench` is a program
   * on the class path.
   */
  private static final Map<String, Set<String>> IN_TWO_MODULES =
      Map.of("org.kgcoop.label", Set.of("bench", "label"));

  @Test
  void noOtherPackageIsInTwoModules() throws IOException {
    Map<String, Set<String>> modules = new HashMap<>();
    try (Stream<Path> folders = Files.list(Path.of(".."))) {
      for (Path module : folders.filter(each -> Files.exists(each.resolve("pom.xml"))).toList()) {
        for (String name : packages(module.resolve("src/main/java"))) {
          modules
              .computeIfAbsent(name, key -> new HashSet<>())
              .add(module.getFileName().toString());
        }
      }
    }
    assertThat(modules.values().stream().flatMap(Set::stream))
        .contains("core", "train", "label", "parquet", "langchain4j", "app", "bench", "cluster");
    modules.values().removeIf(each -> each.size() == 1);
    assertThat(modules).isEqualTo(IN_TWO_MODULES);
  }

  /** Returns the packages with classes in a folder of sources. */
  private static Set<String> packages(Path sources) throws IOException {
    if (!Files.isDirectory(sources)) {
      return Set.of(); // a module without code
    }
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(file -> sources.relativize(file.getParent()).toString())
          .map(folder -> folder.replace(File.separatorChar, '.'))
          .collect(Collectors.toSet());
    }
  }

  /**
   * An {@code Optional} is what a method or a component of a record returns. Other fields, and
   * parameters, are {@code @Nullable}. A number has no null, so OptionalInt is allowed anywhere.
   */
  @ArchTest
  static void optionalIsOnlyReturned(JavaClasses classes) {
    List<String> others = new ArrayList<>();
    for (JavaClass type : classes) {
      for (JavaField field : type.getFields()) {
        if (field.getRawType().isEquivalentTo(Optional.class) && !type.isRecord()) {
          others.add(field.getFullName());
        }
      }
      for (JavaMethod method : type.getMethods()) {
        boolean isLambda = method.getModifiers().contains(JavaModifier.SYNTHETIC);
        if (!isLambda
            && method.getRawParameterTypes().stream()
                .anyMatch(each -> each.isEquivalentTo(Optional.class))) {
          others.add(method.getFullName());
        }
      }
    }
    assertThat(others).isEmpty();
  }

  @ArchTest
  static final ArchRule theRootKnowsNoPackage =
      noClasses()
          .that()
          .resideInAPackage("org.kgcoop")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.kgcoop.*..");

  /**
   * Known cycles of classes in one package: an array and its owner need each other, and so do a
   * method, its trained result and its fit context, which trains methods. A head returns its
   * formula, which is a head. The default of a setting depends on the values of others.
   */
  private static final Set<Set<String>> KNOWN_CIRCLES =
      Set.of(
          Set.of("Autograd", "NativeCall", "Scope", "Tensor"),
          Set.of("Setting", "SettingPart", "SettingValues"),
          Set.of("Fit", "FitContext", "FittedMethod", "Method", "TrainedMethod"),
          Set.of("FixedHead", "Head"));

  /** Classes that use each other in a cycle are in effect one class in many files. */
  @ArchTest
  static void noPackageHoldsACircleOfClasses(JavaClasses classes) {
    Map<JavaClass, Set<JavaClass>> uses = new HashMap<>();
    for (JavaClass nested : classes) {
      JavaClass from = outermost(nested);
      for (Dependency dependency : nested.getDirectDependenciesFromSelf()) {
        JavaClass to = outermost(dependency.getTargetClass().getBaseComponentType());
        if (!to.equals(from) && to.getPackageName().equals(from.getPackageName())) {
          uses.computeIfAbsent(from, f -> new HashSet<>()).add(to);
        }
      }
    }
    Set<Set<String>> circles = new HashSet<>();
    for (JavaClass start : uses.keySet()) {
      Set<JavaClass> reached = reached(start, uses);
      if (reached.contains(start)) {
        circles.add(
            reached.stream()
                .filter(other -> reached(other, uses).contains(start))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toSet()));
      }
    }
    assertThat(circles).isEqualTo(KNOWN_CIRCLES);
  }

  private static JavaClass outermost(JavaClass nested) {
    return nested.getEnclosingClass().map(ArchitectureTest::outermost).orElse(nested);
  }

  private static Set<JavaClass> reached(JavaClass start, Map<JavaClass, Set<JavaClass>> uses) {
    Set<JavaClass> reached = new HashSet<>();
    Deque<JavaClass> open = new ArrayDeque<>(uses.getOrDefault(start, Set.of()));
    while (!open.isEmpty()) {
      JavaClass next = open.remove();
      if (reached.add(next)) {
        open.addAll(uses.getOrDefault(next, Set.of()));
      }
    }
    return reached;
  }

  /** The packages whose public members are the API; compatibility.md lists them. */
  private static final Set<String> API =
      Set.of("org.kgcoop.api", "org.kgcoop.api.train", "org.kgcoop.label", "org.kgcoop.image");

  /** Classes of other packages in API signatures; compatibility.md lists their API members. */
  private static final Set<String> BEYOND_THE_API =
      Set.of(
          "org.kgcoop.clip.Clip",
          "org.kgcoop.classifier.ClassifierFile",
          "org.kgcoop.journal.Kind");

  @ArchTest
  static void theApiShowsItsOwnTypes(JavaClasses classes) throws IOException {
    Set<JavaClass> involved =
        classes.stream()
            .filter(type -> API.contains(type.getPackageName()) && isPublic(type))
            .flatMap(type -> Stream.concat(members(type), parents(type)))
            .flatMap(type -> type.getAllInvolvedRawTypes().stream())
            .map(JavaClass::getBaseComponentType)
            .filter(type -> !type.isPrimitive())
            .collect(Collectors.toSet());
    assertThat(involved)
        .filteredOn(type -> type.getName().startsWith("org.kgcoop.") && !isPublic(type))
        .isEmpty();
    Set<String> shown =
        involved.stream()
            .filter(type -> !API.contains(type.getPackageName()))
            .map(JavaClass::getName)
            .filter(name -> !name.startsWith("java."))
            .collect(Collectors.toSet());
    assertThat(shown).isEqualTo(BEYOND_THE_API);
    String document = Files.readString(Path.of("../docs/reference/compatibility.md"));
    assertThat(document.substring(document.indexOf("## Java API")))
        .contains(API.stream().map(name -> "`" + name + "`").toList())
        .contains(BEYOND_THE_API);
  }

  /** The types that a program can call or read. */
  private static Stream<JavaType> members(JavaClass type) {
    Stream<JavaType> called =
        type.getCodeUnits().stream()
            .filter(unit -> isForPrograms(unit.getModifiers()))
            .flatMap(
                unit ->
                    Stream.concat(
                        Stream.of(unit.getReturnType()), unit.getParameterTypes().stream()));
    Stream<JavaType> read =
        type.getFields().stream()
            .filter(field -> isForPrograms(field.getModifiers()))
            .map(JavaField::getType);
    return Stream.concat(called, read);
  }

  private static Stream<JavaType> parents(JavaClass type) {
    return Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
  }

  private static boolean isForPrograms(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }
}
