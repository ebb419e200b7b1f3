package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Sha256;

/**
 * Runs the commands of other programs in the documents, such as exiftool, in a folder with photos
 * and an empty home. No command may change a file that was there before.
 */
@Tag("system")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are for a POSIX shell")
class OtherProgramsTest {
  /** Programs that not every machine has. */
  private static final List<String> OPTIONAL =
      List.of("exiftool", "heif-convert", "mogrify", "unzip");

  /** Beginnings of commands that no test can run, each with the reason. */
  private static final Map<String, String> NOT_RUN =
      Map.ofEntries(
          Map.entry("./mvnw", "builds the project"),
          Map.entry("git clone", "needs the network"),
          Map.entry("cd ", "goes into a folder of a clone or a build"),
          Map.entry("tar xzf kgcoop-", "needs an archive; the module dist tests archives"),
          Map.entry("mkdir -p ~/.local/bin", "belongs to an archive"),
          Map.entry("ln -s \"$PWD/kgcoop\"", "needs an archive"),
          Map.entry("sha256sum -c kgcoop-", "needs an archive; ReadmeInstallTest has one"),
          Map.entry("shasum -a 256 -c kgcoop-", "needs an archive; ReadmeInstallTest has one"),
          Map.entry(". kgcoop-", "needs an archive"),
          Map.entry("docker ", "needs an image"),
          Map.entry("install -d /", "writes outside of the folder"),
          Map.entry("(umask 077;", "writes outside of the folder"),
          Map.entry("cp runs/pets/classifier.safetensors /", "writes outside of the folder"),
          Map.entry("ln -sfn pets-1 /", "writes outside of the folder"),
          Map.entry("systemctl ", "needs systemd; ServiceUnitTest checks the unit"),
          Map.entry("sips ", "a program of macOS"),
          Map.entry("curl ", "needs a server; DocumentedExamplesTest has one"),
          Map.entry("export MALLOC_", "belongs to a start of Java"),
          Map.entry("java -Xmx3g ...", "is left open"));

  @TempDir Path folder;

  private static List<MarkdownPage> pages() throws IOException {
    return MarkdownPage.guides().stream()
        .filter(page -> page.otherCommands().stream().anyMatch(command -> isRun(command)))
        .toList();
  }

  private static boolean isRun(String command) {
    return NOT_RUN.keySet().stream().noneMatch(command::startsWith);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void commandsRunAndChangeNoFileOfTheUser(MarkdownPage page) throws Exception {
    List<String> commands = page.otherCommands().stream().filter(each -> isRun(each)).toList();
    for (String program : OPTIONAL) {
      boolean named = commands.stream().anyMatch(each -> each.contains(program + " "));
      assumeTrue(!named || isInstalled(program), program + " is not installed");
    }
    Path work = Files.createDirectories(folder.resolve("work"));
    writePhotos(work);
    Map<Path, String> before = hashes(work);
    for (String command : commands) {
      run(command, work);

      Map<Path, String> after = hashes(work);
      assertThat(before.entrySet()).as(command).isSubsetOf(after.entrySet());
    }
    check(page, work);
  }

  /** Checks that no photo is missing in the copies. */
  private static void check(MarkdownPage page, Path work) throws IOException {
    Map<String, String> copies =
        Map.of("write-keywords.md", "embedded/photos", "prepare-images.md", "smaller");
    String made = copies.get(String.valueOf(page.file().getFileName()));
    if (made != null) {
      List<String> photos = photos(work.resolve("photos"));
      assertThat(photos).hasSizeGreaterThan(4);
      assertThat(photos(work.resolve(made))).containsAll(photos);
    }
  }

  private static List<String> photos(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().matches("(?i).*\\.jpe?g"))
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Equal names in two folders, both spellings of the extension, capitals and a blank. */
  private static void writePhotos(Path work) throws Exception {
    for (String name :
        List.of(
            "a/IMG_1.jpg",
            "a/IMG_2.jpeg",
            "b/IMG_1.jpg",
            "b/IMG_3.JPG",
            "b/my photo.JPEG",
            "001.jpg")) {
      Path photo = work.resolve("photos").resolve(name);
      Files.createDirectories(Folders.parent(photo));
      int side = 40 + name.length();
      assertThat(
              ImageIO.write(
                  new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB), "jpg", photo.toFile()))
          .isTrue();
      Files.writeString(
          photo.resolveSibling(photo.getFileName() + ".xmp"),
          """
          <x:xmpmeta xmlns:x="adobe:ns:meta/">
          <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
          <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">
          <dc:subject><rdf:Bag><rdf:li>bird</rdf:li></rdf:Bag></dc:subject>
          </rdf:Description></rdf:RDF></x:xmpmeta>
          """);
    }
    if (isInstalled("heif-enc")) {
      run("heif-enc photos/001.jpg -o 1.HEIC && cp 1.HEIC 'second photo.heic'", work);
    }
    Path runs = Files.createDirectories(work.resolve("runs/pets"));
    for (String file : List.of("classifier.onnx", "classifier.safetensors")) {
      Files.writeString(runs.resolve(file), file);
    }
    Path sets = Path.of("embedded/src/main/resources/org/kgcoop/embedded/datasets");
    Files.createDirectories(work.resolve(sets));
    Files.copy(
        MarkdownPage.TOP.resolve(sets).resolve("places.zip"),
        work.resolve(sets).resolve("places.zip"));
  }

  private static Map<Path, String> hashes(Path work) throws IOException {
    Map<Path, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        hashes.put(work.relativize(file), Sha256.of(file));
      }
    }
    return hashes;
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static void run(String command, Path work) throws IOException, InterruptedException {
    Path said = work.resolveSibling("said.txt");
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-c", command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    shell
        .environment()
        .put("HOME", Files.createDirectories(work.resolveSibling("home")).toString());
    Process process = shell.start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(command).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command, Files.readString(said)).isZero();
  }

  /** An entry that no command begins with would hide that the command was renamed. */
  @Test
  void everyExceptionIsACommand() throws IOException {
    List<String> commands = new ArrayList<>();
    for (MarkdownPage page : MarkdownPage.guides()) {
      commands.addAll(page.otherCommands());
    }
    for (String beginning : NOT_RUN.keySet()) {
      assertThat(commands).as(beginning).anyMatch(each -> each.startsWith(beginning));
    }
  }
}
