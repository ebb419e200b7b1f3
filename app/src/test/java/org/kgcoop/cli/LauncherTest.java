package org.kgcoop.cli;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Version;

/**
 * Tests of the launcher in a copy of a built source tree. Shell scripts move the tree, because the
 * locale of this JVM may not support the names of the folders. A fake Maven builds nothing. A fake
 * Java prints its arguments, for tests that check only these.
 */
@Tag("system")
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final String REAL_JAVA = System.getProperty("java.home");

  /** The exit code and the output of a script. */
  private record Result(int exitCode, String out, String err) {}

  @TempDir Path folder;

  private Path tree;

  @BeforeEach
  void copyTree() throws IOException {
    tree = Files.createDirectory(folder.resolve("tree"));
    Path unused = Files.createDirectories(tree.resolve("dist"));
    for (String name : List.of("kgcoop", "dist/kgcoop", "jvm.options", "pom.xml")) {
      Files.copy(REPOSITORY.resolve(name), tree.resolve(name), COPY_ATTRIBUTES);
    }
    for (String module : List.of("core", "train", "label", "embedded", "parquet", "app", "bench")) {
      Path main = Files.createDirectories(tree.resolve(module).resolve("src/main"));
      Files.writeString(main.resolve("source"), "of " + module);
      Files.writeString(tree.resolve(module).resolve("pom.xml"), "");
    }
    maven(":");
    executable(
        Files.createDirectories(folder.resolve("jdk/bin")).resolve("java"),
        "printf '%s\\n' \"$@\"");
  }

  private void maven(String does) throws IOException {
    executable(tree.resolve("mvnw"), does);
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Makes Maven build a jar. Its manifest refers to the class path of these tests. */
  private void mavenBuildsTheProgram() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    Path jar = folder.resolve("kgcoop-app.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    maven("mkdir -p app/target && cp '" + jar + "' app/target/");
  }

  /** Runs a script with an environment that contains only the path and a Java. */
  private Result run(String java, String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", "-eu", "-c", script, "sh"));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().retainAll(List.of("PATH"));
    builder.environment().put("JAVA_HOME", java);
    int exitCode = ChildProcess.run(builder);
    return new Result(exitCode, text(out), text(err));
  }

  private Result run(String script) throws IOException, InterruptedException {
    return run(folder.resolve("jdk").toString(), script);
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  @Test
  void startsFromAnyFolderInAnyLocale() throws IOException, InterruptedException {
    mavenBuildsTheProgram();
    Result built = run("tree/kgcoop --version");
    assertThat(built.exitCode()).as(built.err()).isZero();
    SampleDrawings.copyTo(folder.resolve("drawings"), 2);
    String prepare =
        """
        place="$(printf 'k\\303\\274che mit blank')"
        mkdir "$place" elsewhere
        mv tree "$place/"
        ln -s "../$place/tree/kgcoop" elsewhere/link
        ln -s "$PWD/elsewhere/link" further
        mv "drawings/$(ls drawings | head -n 1)" "drawings/$(printf 'b\\303\\244r')"
        mv drawings "$(printf 'm\\303\\266bel')"
        """;
    Result prepared = run(prepare);
    assertThat(prepared.exitCode()).as(prepared.err()).isZero();
    for (String start :
        List.of("LC_ALL=C dash", "LC_ALL=POSIX bash", "LANG=none_NONE.UTF-8 sh", "HOME=/ sh")) {
      String name = start.substring(start.indexOf(' ') + 1);
      if (run("command -v " + name).exitCode() != 0) {
        continue;
      }
      String inspect =
          "data=\"$PWD/$(printf 'm\\303\\266bel')\"; there=$PWD; cd /; "
              + start
              + " \"$there/further\" inspect \"$data\" --json --quiet";
      run(REAL_JAVA, inspect); // stores classes
      Result said = run(REAL_JAVA, inspect);
      assertThat(said.err()).as(start).isEmpty();
      assertThat(said.exitCode()).isZero();
      assertThat(said.out()).contains("möbel", "bär");
    }
  }

  /** The shell may print a line of its own before it reads the launcher. */
  @Test
  void rejectsADeletedWorkingDirectory() throws IOException, InterruptedException {
    Result built = run("tree/kgcoop serve");
    assertThat(built.exitCode()).as(built.err()).isZero();
    Result said =
        run("there=$PWD; mkdir gone; cd gone; rmdir ../gone; exec \"$there/tree/kgcoop\" serve");
    assertThat(said.err().lines().filter(line -> line.startsWith("kgcoop:")))
        .containsExactly("kgcoop: the working directory was deleted: change to another folder");
    assertThat(said.exitCode()).isEqualTo(5);
    assertThat(said.out()).isEmpty();
  }

  @Test
  void startsTheHelpOfBench() throws IOException, InterruptedException {
    Result said = run("tree/kgcoop help bench text");
    assertThat(said.out().lines().toList())
        .endsWith("org.kgcoop.bench.Main", "text", "--help")
        .contains("@" + tree.toRealPath() + "/jvm.options");
  }

  @Test
  void printsTheVersionOfABuild() throws IOException, InterruptedException {
    mavenBuildsTheProgram();
    assertThat(run(REAL_JAVA, "tree/kgcoop --version").out())
        .isEqualTo("kgcoop " + Version.KGCOOP + " (commit " + Version.COMMIT + ")\n");
  }

  @Test
  void buildsWithoutAWritableHome() throws IOException, InterruptedException {
    maven("echo \"$MAVEN_USER_HOME $@\" >../words");
    Result said = run("HOME=/none tree/kgcoop serve");
    assertThat(said.exitCode()).as(said.err()).isZero();
    Path home = tree.toRealPath().resolve("app/target/m2");
    assertThat(folder.resolve("words"))
        .content()
        .startsWith(home + " -Dmaven.repo.local=" + home.resolve("repository") + " ");
  }

  @Test
  void buildsChangedSourcesButNoCopy() throws IOException, InterruptedException {
    Result built = run("tree/kgcoop serve");
    assertThat(built.err()).contains("building");

    Result copied = run("cp -R tree copy; touch copy/core/src/main/source; copy/kgcoop serve");
    assertThat(copied.err()).isEmpty();
    assertThat(copied.out()).isEqualTo(built.out().replace("/tree/", "/copy/"));

    assertThat(run("echo more >>copy/core/src/main/source; copy/kgcoop serve").err())
        .contains("building");
  }

  /** A build of changing sources could contain the old and the new ones. */
  @Test
  void buildsAgainIfSourcesChangeDuringABuild() throws IOException, InterruptedException {
    maven(
        "echo built >>../builds; [ -e changed ] || { echo more >core/src/main/source; : >changed; }");
    assertThat(run("tree/kgcoop serve").out()).endsWith("\nserve\n");
    assertThat(folder.resolve("builds")).content().hasLineCount(2);
    assertThat(run("tree/kgcoop serve").err()).isEmpty();
  }

  @Test
  void aBuildHasNoLibrariesOfTheLastOne() throws IOException, InterruptedException {
    maven(
        "mkdir -p app/target/lib && cp core/src/main/source app/target/lib/\"$(cat core/src/main/source)\"");
    String call =
        "tree/kgcoop serve >words; ls \"$(sed -n 's|.*:\\(.*/lib\\)/[*]$|\\1|p' words)\"; ";
    Result said = run(call + "echo other >tree/core/src/main/source; " + call);
    assertThat(said.out()).isEqualTo("of core\nother\n");
  }

  @Test
  void twoCallsAtOnceBuildOnce() throws IOException, InterruptedException {
    maven("echo built >>../builds; sleep 1");
    Result said = run("tree/kgcoop serve a & tree/kgcoop serve b & wait");
    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(folder.resolve("builds")).hasContent("built");
    assertThat(said.out()).contains("\na\n", "\nb\n");
  }

  /** A number of a process says nothing: another process may have it now. */
  @Test
  void fourCallsAfterAKilledBuildBuildOnce() throws IOException, InterruptedException {
    maven(
        """
        if [ ! -e ../killed ]; then
          : >../started
          until [ -e ../killed ]; do sleep 0.1; done
          exit 1
        fi
        echo built >>../builds""");
    Result said =
        run(
            """
            tree/kgcoop serve 2>/dev/null & first=$!
            until [ -e started ]; do sleep 0.1; done
            kill -9 $first
            ln -s $$ tree/app/target/lock # of this process, which lives, and of an older launcher
            : >killed
            for i in 1 2 3 4; do { tree/kgcoop serve || echo failed >>failures; } & done
            wait""");
    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(folder.resolve("failures")).doesNotExist();
    assertThat(folder.resolve("builds")).hasContent("built");
  }

  @Test
  void aBuildKeepsTheLibrariesOfRunningProcesses() throws IOException, InterruptedException {
    maven("mkdir -p app/target/lib && echo library >app/target/lib/a.jar");
    executable(
        folder.resolve("jdk/bin/java"),
        """
        case " $* " in *" serve "*)
          : >started
          until [ -e stop ]; do sleep 0.1; done
          for word; do case $word in *.jar:*/lib/*) cat "$(dirname "${word#*:}")/a.jar" ;; esac; done
        esac""");
    String change = "echo more >>tree/core/src/main/source; tree/kgcoop --help; ";
    Result said =
        run(
            "tree/kgcoop serve >served 2>&1 & until [ -e started ]; do sleep 0.1; done; "
                + change.repeat(3)
                + ": >stop; wait; "
                + change
                + "ls tree/app/target/run | wc -l; cat served");
    assertThat(said.err()).doesNotContain("No such file");
    assertThat(said.out()).contains("library");
    assertThat(said.out().strip()).startsWith("3"); // the last builds
  }

  @Test
  void repeatsAFailedBuildAndPrintsItsErrors() throws IOException, InterruptedException {
    maven("echo '[ERROR] no such thing'; exit 1");
    for (int i = 0; i < 2; i++) {
      Result said = run("tree/kgcoop serve");
      assertThat(said.exitCode()).isEqualTo(70);
      assertThat(said.err()).contains("[ERROR] no such thing", "the build failed");
      assertThat(said.out()).isEmpty();
    }
  }

  /** Makes a Java that stores classes by a script, and prints its words otherwise. */
  private void javaThatStores(String script) throws IOException {
    executable(
        folder.resolve("jdk/bin/java"),
        """
        for word; do
          case $word in -XX:ArchiveClassesAtExit=*) file=${word#*=}; echo >>stores; %s ;; esac
        done
        printf '%%s\\n' "$@\""""
            .formatted(script));
  }

  @Test
  void theFirstCommandStoresClassesForItsBuild() throws IOException, InterruptedException {
    javaThatStores("echo classes >\"$file\"; exit");
    for (String none : List.of("", "--version", "help runs", "runs --help", "serve")) {
      assertThat(run("tree/kgcoop " + none).out()).doesNotContain("-XX:SharedArchiveFile");
    }

    Result first = run("tree/kgcoop runs x");
    Result second = run("tree/kgcoop embed x");
    Result other = run("echo more >>tree/core/src/main/source; tree/kgcoop predict x");

    assertThat(first.err()).contains("storing classes");
    assertThat(second.err()).isEmpty();
    String folder = "-XX:SharedArchiveFile=" + tree.toRealPath().resolve("app/target/run/");
    for (Result each : List.of(first, second, other)) {
      assertThat(each.out()).contains(folder);
    }
    assertThat(this.folder.resolve("stores")).content().hasLineCount(2);
  }

  /** The JVM aborts if it maps a part of the file, such as one on a disk that was full. */
  @Test
  void aPartOfTheStoredClassesIsReplaced() throws IOException, InterruptedException {
    javaThatStores("echo classes >\"$file\"; exit");
    run("tree/kgcoop predict x");

    Result cut =
        run(
            "for f in tree/app/target/run/*/classes-*; do printf cla >$f; done; tree/kgcoop predict x");

    assertThat(cut.err()).contains("storing classes");
    assertThat(run("cat tree/app/target/run/*/classes-*").out()).isEqualTo("classes\n");
  }

  @Test
  void classesThatCannotBeStoredAreNotTriedAgain() throws IOException, InterruptedException {
    javaThatStores("echo a part >\"$file\"; exit 1");
    unpack();
    for (int i = 0; i < 2; i++) {
      Result said = run("'entpackt hier/kgcoop' predict x");
      assertThat(said.exitCode()).isZero();
      assertThat(said.out()).doesNotContain("-XX:SharedArchiveFile");
    }
    assertThat(folder.resolve("stores")).content().hasLineCount(1);
    assertThat(run("cat 'entpackt hier'/classes-*").out()).isEmpty();
  }

  /** Moves the launcher next to its jars, as in an unpacked archive. */
  private void unpack() throws IOException {
    Path lib = Files.createDirectories(folder.resolve("entpackt hier/lib"));
    Files.move(tree.resolve("dist/kgcoop"), lib.resolveSibling("kgcoop"));
    Files.move(tree.resolve("jvm.options"), lib.resolveSibling("jvm.options"));
  }

  @Test
  void startsAnUnpackedArchiveWithoutABuild() throws IOException, InterruptedException {
    unpack();
    Result said = run("ln -sf 'entpackt hier/kgcoop' link; ./link serve");
    assertThat(said.err()).isEmpty();
    Path place = folder.toRealPath().resolve("entpackt hier");
    assertThat(said.out().lines())
        .startsWith("@" + place.resolve("jvm.options"))
        .contains(place.resolve("lib") + "/*")
        .endsWith("org.kgcoop.cli.Main", "serve");
  }

  /** Gives an unpacked archive a Java. */
  private void addRuntime(String script) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("entpackt hier/runtime/bin"));
    executable(bin.resolve("java"), script);
  }

  @Test
  void anArchiveUsesItsOwnJava() throws IOException, InterruptedException {
    unpack();
    addRuntime("echo own \"$1\"");
    Result said = run("/none", "'entpackt hier/kgcoop' serve");
    assertThat(said.err()).isEmpty();
    assertThat(said.out()).startsWith("own @");
  }

  @Test
  void rejectsAnArchiveForAnotherSystem() throws IOException, InterruptedException {
    unpack();
    addRuntime("echo 'wrong format' >&2; exit 126");
    Result said = run("'entpackt hier/kgcoop' serve");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err().lines())
        .singleElement()
        .asString()
        .contains("the Java of this archive does not start on this system", "wrong format");
  }

  /** Another build may be unpacked over the last one. The times of its jars are the same. */
  @Test
  void aChangedJarStoresClassesAgain() throws IOException, InterruptedException {
    javaThatStores("echo classes >\"$file\"; exit");
    unpack();
    for (String content : List.of("one", "one", "two")) {
      Files.writeString(folder.resolve("entpackt hier/lib/kgcoop-app-0.1.0.jar"), content);
      assertThat(run("'entpackt hier/kgcoop' predict x").out()).contains("-XX:SharedArchiveFile=");
    }
    assertThat(folder.resolve("stores")).content().hasLineCount(2);
  }

  /** An administrator may have unpacked the archive. */
  @Test
  void storesClassesInTheCacheOfAUserWhoCannotWriteTheArchive()
      throws IOException, InterruptedException {
    assumeThat(run("id -u").out()).as("root can write everywhere").isNotEqualTo("0\n");
    javaThatStores("echo classes >\"$file\"; exit");
    unpack();
    Result said =
        run(
            "chmod a-w 'entpackt hier'; XDG_CACHE_HOME=$PWD/cache 'entpackt hier/kgcoop' predict x;"
                + " chmod u+w 'entpackt hier'");
    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(said.out())
        .contains("-XX:SharedArchiveFile=" + folder.toRealPath().resolve("cache/kgcoop/classes-"));
  }

  @Test
  void rejectsAnOldOrMissingJava() throws IOException, InterruptedException {
    unpack();
    String call = "'entpackt hier/kgcoop' serve";
    Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"1.8.0_402\"\n");
    Result old = run(call);
    assertThat(old.exitCode()).isEqualTo(2);
    assertThat(old.err().lines()).singleElement().asString().contains("is Java 8", "17 or newer");
    Files.delete(folder.resolve("jdk/release"));
    executable(folder.resolve("jdk/bin/java"), "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
    assertThat(run(call).err().lines()).singleElement().asString().contains("is Java 11");
    Result none = run("/none", call);
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err().lines())
        .singleElement()
        .asString()
        .contains("there is no /none/bin/java");
  }

  @Test
  void namesProgramsThatNeedACheckout() throws IOException, InterruptedException {
    unpack();
    Result said = run("'entpackt hier/kgcoop' bench text");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err().lines()).singleElement().asString().contains("bench", "checkout");
  }

  @Test
  void rejectsLowLimits() throws IOException, InterruptedException {
    unpack();
    for (String limit : List.of("ulimit -n 64", "ulimit -v 3000000", "ulimit -v 6500000")) {
      Result said = run(limit + "; 'entpackt hier/kgcoop' serve");
      assertThat(said.exitCode()).as(limit).isEqualTo(5);
      assertThat(said.err().lines())
          .singleElement()
          .asString()
          .startsWith("kgcoop: " + limit.substring(0, 9) + " is " + limit.substring(10));
      assertThat(said.out()).isEmpty();
    }
    assertThat(run("ulimit -n 256; ulimit -v 7000000; 'entpackt hier/kgcoop' serve").err())
        .isEmpty();
  }

  /** This test starts Java without the launcher. */
  @Test
  @EnabledOnOs(OS.LINUX) // other systems use UTF-8 for names
  void rejectsANameThatTheLocaleCannotEncode() throws IOException, InterruptedException {
    String inLocale = "LC_ALL=C exec \"$@\" --clip \"$(printf 'b\\303\\244r')\"";
    ChildProcess process =
        ChildProcess.start(
            List.of("sh", "-c", inLocale, "sh"),
            folder.resolve("log"),
            (Object[]) "export --classes cat,dog --to csv --out x.csv".split(" "));
    assertThat(process.exitCode()).isEqualTo(2);
    assertThat(process.log().lines()).hasSize(1);
    assertThat(process.log()).startsWith("kgcoop: ").contains("LC_ALL=C.UTF-8");
  }
}
