package org.kgcoop.cluster;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** Defines which package of the module may use which other package. */
@AnalyzeClasses(
    packages = "org.kgcoop.cluster",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ClusterArchitectureTest {

  @ArchTest
  static final ArchRule onlyCommandsKnowCommands =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.kgcoop.cluster")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.kgcoop.cluster", "picocli..");

  @ArchTest
  static final ArchRule noPackageReachesItselfAgain =
      slices().matching("org.kgcoop.cluster.(*)..").should().beFreeOfCycles();

  /** A nested class belongs to its outer class. */
  @ArchTest
  static final ArchRule classesMakeNoCircle =
      slices()
          .assignedFrom(
              new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass c) {
                  return SliceIdentifier.of(c.getName().replaceFirst("\\$.*", ""));
                }

                @Override
                public String getDescription() {
                  return "classes";
                }
              })
          .should()
          .beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyExperimentsKnowTheApplication =
      noClasses()
          .that()
          .resideInAnyPackage("org.kgcoop.cluster.features..", "org.kgcoop.cluster.session..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.kgcoop.cli..");

  @ArchTest
  static final ArchRule theBindingStaysInsideTensor =
      noClasses().should().dependOnClassesThat().resideInAPackage("org.bytedeco..");
}
