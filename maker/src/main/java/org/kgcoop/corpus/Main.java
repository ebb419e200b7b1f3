package org.kgcoop.corpus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.DataSets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Builds the corpus and the embedded data sets. {@code maker/build} downloads the package and
 * starts this program.
 */
@Command(
    name = "maker/build",
    mixinStandardHelpOptions = true,
    description = "Make images and captions from the icons of the npm package @iconify/json.")
public final class Main {

  @Option(
      names = "--package",
      paramLabel = "DIR",
      required = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "Folder of the unpacked package.")
  private Path source;

  @SuppressWarnings("NullAway.Init") // picocli sets options
  private Main() {}

  public static void main(String[] arguments) {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setExecutionExceptionHandler(
        (e, line, parsed) -> {
          if (e instanceof KgCoopException told) {
            line.getErr().println("corpus: " + told.getMessage());
            return told.category().exitCode();
          }
          throw e;
        });
    System.exit(commandLine.execute(arguments));
  }

  @Command(name = "pretraining", description = "Write the corpus that kgcoop pretrain reads.")
  void pretraining(
      @Option(names = "--out", paramLabel = "DIR", defaultValue = ".corpus/pretraining") Path out)
      throws IOException {
    IconPackage icons = new IconPackage(source);
    List<Drawing> drawings = Catalogue.standard().read(icons, IconSet.used());
    Files.createDirectories(out);
    Set<String> sets = new PretrainingCorpus(out, Main::print).write(drawings);
    Credits.write(out.resolve("CREDITS.tsv"), icons, sets);
  }

  @Command(name = "datasets", description = "Write the embedded data sets.")
  void datasets(
      @Option(
              names = "--out",
              paramLabel = "DIR",
              defaultValue = "embedded/src/main/resources/org/kgcoop/embedded/datasets")
          Path out)
      throws IOException {
    IconPackage icons = new IconPackage(source);
    Files.createDirectories(out);
    new DataSetBuilder(icons, out, Main::print)
        .write(Recipe.all(), Catalogue.standard().read(icons, IconSet.used()));
  }

  @Command(
      name = "sheets",
      description = "Write an image of each data set that shows all of its images.")
  void sheets(
      @Option(names = "--out", paramLabel = "DIR", defaultValue = ".corpus/sheets") Path out,
      @Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files)
      throws IOException {
    Files.createDirectories(out);
    for (Path file : files) {
      DataSet dataSet = DataSets.open(file, DataSetOptions.defaults(Main::print));
      ContactSheet.write(dataSet, out.resolve(dataSet.name() + ".png"));
    }
  }

  @Command(
      name = "concepts",
      description = "Print the number of drawings and families of each concept.")
  void concepts(@Option(names = "--part", required = true) Part part) {
    List<Drawing> drawings =
        Catalogue.standard().read(new IconPackage(source), IconSet.used()).stream()
            .filter(drawing -> drawing.part() == part)
            .toList();
    Map<String, Integer> families = new TreeMap<>(Catalogue.families(drawings));
    Map<String, List<Drawing>> byConcept =
        drawings.stream().collect(Collectors.groupingBy(Drawing::concept));
    families.forEach(
        (concept, count) ->
            System.out.println(
                concept + "\t" + count + "\t" + byConcept.getOrDefault(concept, List.of()).size()));
  }

  private static void print(String line) {
    System.err.println("corpus: " + line);
  }
}
