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
   * {@code experiment > pretrain > train, classify > bank, runs > prompt > clip > data, eval, io >
   * tensor}.
   */
  @ArchTest
  static final ArchRule packagesUseOnlyThoseBelowThem =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("experiment")
          .definedBy("org.kgcoop.experiment..")
          .layer("pretrain")
          .definedBy("org.kgcoop.pretrain..")
          .layer("train")
          .definedBy("org.kgcoop.train..")
          .layer("runs")
          .definedBy("org.kgcoop.runs..")
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
          .layer("io")
          .definedBy("org.kgcoop.io..")
          .layer("tensor")
          .definedBy("org.kgcoop.tensor..")
          .whereLayer("experiment")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("pretrain")
          .mayOnlyAccessLayers("train", "runs", "clip", "data", "io", "tensor")
          .whereLayer("train")
          .mayOnlyAccessLayers("runs", "bank", "prompt", "clip", "data", "io", "tensor")
          // Files and numbers: who lists runs loads no model.
          .whereLayer("runs")
          .mayOnlyAccessLayers("eval", "io", "tensor")
          // What programs use: nothing of training and experiments.
          .whereLayer("classify")
          .mayOnlyAccessLayers("bank", "prompt", "clip", "data", "io", "tensor")
          .whereLayer("bank")
          .mayOnlyAccessLayers("prompt", "clip", "data", "io", "tensor")
          .whereLayer("prompt")
          .mayOnlyAccessLayers("clip", "data", "io", "tensor")
          .whereLayer("clip")
          .mayOnlyAccessLayers("data", "io", "tensor")
          .whereLayer("io")
          .mayOnlyAccessLayers("tensor")
          // Metrics and pictures stand alone: neither knows a model, a file format or a tensor.
          .whereLayer("eval")
          .mayNotAccessAnyLayer()
          .whereLayer("data")
          .mayNotAccessAnyLayer()
          .whereLayer("tensor")
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
      slices().matching("org.kgcoop.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theRootKnowsNoPackage =
      noClasses()
          .that()
          .resideInAPackage("org.kgcoop")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.kgcoop.*..");
}
