package org.kgcoop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.kgcoop.clip.ReleasedClip;

/** Defines which package of the application may use which other package. */
@AnalyzeClasses(
    packages = {
      "org.kgcoop.cli",
      "org.kgcoop.config",
      "org.kgcoop.export",
      "org.kgcoop.report",
      "org.kgcoop.serve",
      "org.kgcoop.tables",
      "org.kgcoop.tensorboard"
    },
    importOptions = ImportOption.DoNotIncludeTests.class)
class ApplicationArchitectureTest {

  @ArchTest
  static final ArchRule onlyCommandsKnowCommands =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.kgcoop.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.kgcoop.cli..", "picocli..");

  /** A nested class belongs to its outer class. Generated classes of file formats are ignored. */
  @ArchTest
  static final ArchRule classesMakeNoCircle =
      slices()
          .assignedFrom(
              new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass c) {
                  return c.getPackageName().endsWith(".format")
                      ? SliceIdentifier.ignore()
                      : SliceIdentifier.of(c.getName().replaceFirst("\\$.*", ""));
                }

                @Override
                public String getDescription() {
                  return "classes";
                }
              })
          .should()
          .beFreeOfCycles();

  /** A report needs only stored results and images. It runs nothing and loads no model. */
  @ArchTest
  static final ArchRule aReportReadsStoredResultsAlone =
      classes()
          .that()
          .resideInAPackage("org.kgcoop.report..")
          .should()
          .onlyDependOnClassesThat(
              // OpenAI's weights are a table of names, and load no model.
              JavaClass.Predicates.equivalentTo(ReleasedClip.class)
                  .or(
                      JavaClass.Predicates.resideInAnyPackage(
                          "org.kgcoop",
                          "org.kgcoop.report..",
                          "org.kgcoop.tables..",
                          "org.kgcoop.runs..",
                          "org.kgcoop.eval..",
                          "org.kgcoop.tags..",
                          "org.kgcoop.data..",
                          "org.kgcoop.image..",
                          "org.kgcoop.files..",
                          "org.kgcoop.io..",
                          "com.fasterxml.jackson..",
                          "org.jsoup..",
                          "org.jspecify..",
                          "com.google.errorprone..",
                          "java..",
                          "javax.imageio..")));

  @ArchTest
  static final ArchRule htmlStaysInsideReport =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.kgcoop.report..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.jsoup..");

  @ArchTest
  static final ArchRule packagesHaveADirection =
      slices().matching("org.kgcoop.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule httpStaysInsideServe =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.kgcoop.serve..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..");

  @ArchTest
  static final ArchRule messageFormatsStayInsideTheirPackages =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.kgcoop.tensorboard..", "org.kgcoop.export..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.google.protobuf..");
}
