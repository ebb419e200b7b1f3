package org.kgcoop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may use which; the root package, errors and version, is free for all. */
@AnalyzeClasses(packages = "org.kgcoop", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /**
   * {@code experiment > train, eval, classify > bank > prompt > clip > data > image;
   * clip > io > tensor}; all of them may use {@code files}, and {@code random} where they draw.
   */
  @ArchTest
  static final ArchRule packagesUseOnlyThoseBelowThem =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("experiment")
          .definedBy("org.kgcoop.experiment..")
          .layer("train")
          .definedBy("org.kgcoop.train..")
          .layer("classify")
          .definedBy("org.kgcoop.classify..")
          .layer("eval")
          .definedBy("org.kgcoop.eval..")
          .layer("bank")
          .definedBy("org.kgcoop.bank..")
          .layer("prompt")
          .definedBy("org.kgcoop.prompt..")
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
          .layer("tensor")
          .definedBy("org.kgcoop.tensor..")
          .whereLayer("experiment")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("train")
          .mayOnlyAccessLayers(
              "bank", "prompt", "clip", "data", "image", "random", "io", "tensor", "files")
          // What programs use: nothing of training and experiments.
          .whereLayer("classify")
          .mayOnlyAccessLayers(
              "bank", "prompt", "clip", "data", "image", "random", "io", "tensor", "files")
          .whereLayer("bank")
          .mayOnlyAccessLayers(
              "prompt", "clip", "data", "image", "random", "io", "tensor", "files")
          .whereLayer("prompt")
          .mayOnlyAccessLayers(
              "clip", "data", "image", "random", "io", "tensor", "files")
          .whereLayer("clip")
          .mayOnlyAccessLayers(
              "data", "image", "random", "io", "tensor", "files")
          .whereLayer("io")
          .mayOnlyAccessLayers("tensor", "files")
          .whereLayer("tensor")
          .mayOnlyAccessLayers("files")
          // Data and images know no model, no weight file and no tensor.
          .whereLayer("data")
          .mayOnlyAccessLayers("image", "random", "files")
          .whereLayer("image")
          .mayOnlyAccessLayers("random", "files")
          .whereLayer("random")
          .mayOnlyAccessLayers("files")
          .whereLayer("files")
          .mayNotAccessAnyLayer()
          .whereLayer("eval")
          .mayNotAccessAnyLayer();

  @ArchTest
  static final ArchRule theBindingStaysInsideTensor =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.kgcoop.tensor..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule noPackageReachesItselfAgain =
      slices().matching("org.kgcoop.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theRootKnowsNoPackage =
      noClasses()
          .that()
          .resideInAPackage("org.kgcoop")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.kgcoop.*..");
}
