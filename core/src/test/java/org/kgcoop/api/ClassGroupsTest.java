package org.kgcoop.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.ClassGroups.Group;

class ClassGroupsTest {
  private static final List<String> NAMES = List.of("cat", "dog", "owl", "eagle");
  private static final String GOOD =
      "class,group,kind\ncat,pet,animal\ndog,pet,animal\nowl,bird,other\neagle,bird,other\n";

  @TempDir Path folder;

  private Path file(String content) {
    try {
      return Files.writeString(folder.resolve("groups.csv"), content);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private ClassGroups read(String content, String... names) {
    return ClassGroups.read(file(content), names.length == 0 ? NAMES : List.of(names));
  }

  @Test
  void theProbabilitiesOfAGroupAddUpAndThoseOfTheClassesStay() {
    ClassGroups groups = read(GOOD);
    float[] probabilities = {0.3f, 0.25f, 0.4f, 0.05f};
    Classification answer = new Classification(NAMES, probabilities, 0.5);

    assertThat(groups.best(probabilities, 0.5))
        .containsExactly(
            new Group("group", "pet", 0.3f + 0.25f, true),
            new Group("kind", "animal", 0.3f + 0.25f, true));
    assertThat(answer.groups(groups))
        .as("0.55 is below 0.75, halfway between the threshold of classes and 1")
        .containsExactly(
            new Group("group", "pet", 0.3f + 0.25f, false),
            new Group("kind", "animal", 0.3f + 0.25f, false));
    assertThat(new Classification(NAMES, probabilities, 0).groups(groups))
        .allMatch(Group::accepted);
    assertThat(answer.isAccepted()).isFalse();
    assertThat(answer.probabilities()).containsExactly(0.3f, 0.25f, 0.4f, 0.05f);
    assertThat(answer.best().className()).isEqualTo("owl");
    assertThat(groups.best(probabilities, 0.6)).noneMatch(Group::accepted);
    assertThat(groups.names(0)).containsExactly("pet", "bird");
    assertThat(groups.names(1)).containsExactly("animal", "other");
    assertThat(groups.levels()).containsExactly("group", "kind");
  }

  @Test
  void theSumsEqualAPlainLoop() {
    int classes = 30;
    List<String> names = IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
    StringBuilder csv = new StringBuilder("class,group\n");
    names.forEach(name -> csv.append(name + ",group " + name.length() + name.charAt(6) + "\n"));
    ClassGroups groups = read(csv.toString(), names.toArray(String[]::new));
    Random random = new Random(1);
    for (int image = 0; image < 50; image++) {
      float[] p = new float[classes];
      for (int c = 0; c < classes; c++) {
        p[c] = random.nextFloat() / classes;
      }
      String best = "";
      double most = -1;
      for (int c = 0; c < classes; c++) {
        double sum = 0;
        for (int other = 0; other < classes; other++) {
          sum += groups.groupOf(other, 0).equals(groups.groupOf(c, 0)) ? p[other] : 0;
        }
        if (sum > most) {
          most = sum;
          best = groups.groupOf(c, 0);
        }
      }
      assertThat(groups.best(p, 0))
          .containsExactly(new Group("group", best, (float) Math.min(1, most), true));
    }
  }

  @Test
  void aSumOfRoundedProbabilitiesIsAtMostOne() {
    float[] tenths = {0.25f, 0.25f, 0.25f, Math.nextUp(0.25f)};
    assertThat(read("class,all\ncat,a\ndog,a\nowl,a\neagle,a\n").best(tenths, 1))
        .containsExactly(new Group("all", "a", 1, true));
  }

  @Test
  void readsWhatSpreadsheetsAndPeopleWrite() {
    String windows = "\ufeff" + GOOD.replace("\n", "\r\n") + ",,\r\n\r\n";
    assertThat(read(windows).names(0)).isEqualTo(read(GOOD).names(0));
    assertThat(
            read(" Class , group\n cat , pet \n dog,pet\nowl,\"birds, all\"\neagle,\"birds, all\"")
                .names(0))
        .containsExactly("pet", "birds, all");
    assertThat(
            read("class,Gruppe\n\"fox, red\",Füchse\nKa\u0308nguru,旅\n", "fox, red", "Känguru")
                .names(0))
        .containsExactly("Füchse", "旅");
    assertThat(read("class,g\ncrane,x\n", "crane", "crane").names(0)).containsExactly("x");
  }

  @Test
  void groupsOfAPartOfTheClassesKeepTheirNames() {
    ClassGroups some = read(GOOD).forClasses(List.of("eagle", "cat"));
    assertThat(some.names(1)).containsExactly("other", "animal");
    assertThat(some.groupOf(1, 0)).isEqualTo("pet");
    assertThatThrownBy(() -> some.forClasses(List.of("dog"))).hasMessageContaining("eagle, cat");
    assertThatThrownBy(() -> some.best(new float[3], 0)).hasMessageContaining("expected 2, got 3");
    Classification other = new Classification(NAMES, new float[4], 0);
    assertThatThrownBy(() -> other.groups(some)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tenThousandClassesAreReadAndSummed() {
    List<String> names = IntStream.range(0, 10_000).mapToObj(c -> "class " + c).toList();
    StringBuilder csv = new StringBuilder("class,a,b\n");
    IntStream.range(0, 10_000)
        .forEach(c -> csv.append("class %s,a%s,b%s%n".formatted(c, c % 500, c % 5)));
    ClassGroups groups = read(csv.toString(), names.toArray(String[]::new));
    assertThat(groups.names(0)).hasSize(500);
    float[] p = new float[10_000];
    p[7] = 0.4f;
    p[507] = 0.3f;
    assertThat(groups.best(p, 0.5)).extracting(Group::name).containsExactly("a7", "b2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|no line with a class and its group; expected class,group",
        "class,group|no line with a class and its group; expected class,group",
        "class;group/cat;pet|3 of 4 classes have no line: dog, owl, eagle; add a line",
        "path,group/cat,pet|line 1: 'path,group'; expected class,group",
        "class/cat|line 1: 'class'; expected class,group",
        "class,group,group/cat,pet,x|more",
        "class,group,/cat,pet,x|line 1: class,group,; expected a different name for each column",
        "class,group/cat,pet,x|line 2: columns: 3, in the first line 2; put a name with a comma in",
        "class,group/cat|line 2: columns: 1, in the first line 2",
        "class,group/cat,|line 2: no group; expected a name in each column",
        "class,group/,pet|line 2: no class; expected a name in each column",
        "class,group/cat,pet/Dog,pet|line 3: 'Dog' is none of the 4 classes (did you mean dog?); expected one of cat, dog",
        "class,group/caf\ufffd,pet|line 2: 'caf\ufffd' is not UTF-8; save the file as UTF-8",
        "class,group/cat,pet/cat,bird|line 3: class 'cat' is also in line 2; expected one line per class",
        "class,group/cat,dog|line 2: group 'dog' has the name of a class; expected another name",
        "class,a,b/cat,x,y/dog,y,x|line 3: group 'y' is in column a, and in column b of line 2; expected one column",
        "class,a,b/cat,x,x|line 2: group 'x' is in column b, and in column a of line 2",
        "class,a,b/cat,x,y/dog,x,z|line 3: group 'x' is in 'z', and in line 2 in 'y'; expected one larger group",
        "class,group/cat,pet/owl,bird|2 of 4 classes have no line: dog, eagle; add a line",
      })
  void anInvalidFileIsOneClearLine(String content, String message) {
    Path file = file(content.replace('/', '\n'));
    assertThatThrownBy(() -> ClassGroups.read(file, NAMES))
        .isInstanceOfSatisfying(
            KgCoopException.class,
            e -> {
              assertThat(e).message().startsWith(file.toString()).doesNotContain("\n");
              assertThat(e).message().contains(message.equals("more") ? "" : message);
              assertThat(e.category().exitCode()).isEqualTo(3);
            });
  }

  @Test
  void aFileThatIsNotTextIsNamed() throws IOException {
    Path latin = folder.resolve("latin.csv");
    Files.write(latin, "class,group\nKänguru,x\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ClassGroups.read(latin, List.of("Känguru")))
        .hasMessageContaining("line 2: 'K\ufffdnguru' is not UTF-8; save the file as UTF-8");
    assertThatThrownBy(() -> ClassGroups.read(folder.resolve("none.csv"), NAMES))
        .hasMessageEndingWith("none.csv: no such file; check the path");
    assertThatThrownBy(() -> ClassGroups.read(folder, NAMES)).isInstanceOf(KgCoopException.class);
  }
}
