package org.kgcoop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package of the application may use which. */
@AnalyzeClasses(
    packages = {
      "org.kgcoop.cli",
      "org.kgcoop.config",
      "org.kgcoop.export",
      "org.kgcoop.report",
      "org.kgcoop.serve",
      "org.kgcoop.tables",
      "org.kgcoop.tensorboard",
      "org.kgcoop.verify"
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

  /** Stored results and pictures are enough for a report: it runs nothing and loads no model. */
  @ArchTest
  static final ArchRule aReportReadsStoredResultsAlone =
      classes()
          .that()
          .resideInAPackage("org.kgcoop.report..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "org.kgcoop",
              "org.kgcoop.report..",
              "org.kgcoop.runs..",
              "org.kgcoop.eval..",
              "org.kgcoop.data..",
              "org.kgcoop.io..",
              "com.fasterxml.jackson..",
              "gg.jte..",
              "org.knowm.xchart..",
              "de.erichseifert.vectorgraphics2d..",
              "org.jspecify..",
              "com.google.errorprone..",
              "java..",
              "javax.imageio..",
              "javax.annotation.processing..");

  @ArchTest
  static final ArchRule templatesAndChartsStayInsideReport =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.kgcoop.report..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("gg.jte..", "org.knowm.xchart..");

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
