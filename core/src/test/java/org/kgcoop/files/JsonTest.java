package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;

class JsonTest {
  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("a.json"), content);
  }

  @Test
  void writtenJsonIsReadAndAMissingFileIsMissing() {
    Path file = folder.resolve("b.json");
    assertThat(Json.read(file).isMissingNode()).isTrue();

    Json.write(file, JsonNodeFactory.instance.objectNode().put("weight", 4));

    assertThat(Json.read(file).path("weight").asInt()).isEqualTo(4);
  }

  @Test
  void notANumberIsANumber() throws IOException {
    assertThat(Json.read(file("{\"loss\": NaN}")).path("loss").asDouble()).isNaN();
  }

  private record Sample(String firstName, double share) {}

  @Test
  void lenientIgnoresOtherKeysAndNamesMissingValues() throws IOException {
    String text = "{\"other\": 1, \"first_name\": null}";
    assertThat(Json.LENIENT.readValue(text, Sample.class)).isEqualTo(new Sample("", Double.NaN));
    assertThat(Json.tree(new Sample("a", Double.NaN)).toString())
        .isEqualTo("{\"first_name\":\"a\",\"share\":null}");
  }

  @Test
  void strictRefusesOtherKeysRepeatedKeysAndOtherTypes() throws IOException {
    assertThat(Json.STRICT.readValue("{\"firstName\": \"a\", \"share\": 1}", Sample.class))
        .isEqualTo(new Sample("a", 1));
    for (String text :
        List.of(
            "{\"firstName\": \"a\", \"other\": 1}",
            "{\"firstName\": \"a\", \"firstName\": \"a\"}",
            "{\"firstName\": 1}",
            "{\"share\": \"1\"}")) {
      assertThatThrownBy(() -> Json.STRICT.readValue(text, Sample.class))
          .as(text)
          .isInstanceOf(JsonProcessingException.class);
    }
  }

  @Test
  void textAfterAValueIsRefused() {
    for (ObjectMapper mapper : List.of(Json.STRICT, Json.LENIENT)) {
      assertThatThrownBy(() -> mapper.readTree("{} {}"))
          .isInstanceOf(JsonProcessingException.class);
    }
  }

  @Test
  void damageIsNamedByFileAndLine() throws IOException {
    Path file = file("{\"rows\": [\n");
    assertThatThrownBy(() -> Json.read(file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("a.json: damaged in line 2; expected JSON");
  }

  @Test
  void rejectsAFileWithoutAnObject() throws IOException {
    for (String content : new String[] {"", "\n", "null", "[]", "1"}) {
      Path file = file(content);
      assertThatThrownBy(() -> Json.read(file))
          .as(content)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("a.json: not a JSON object")
          .extracting(e -> ((KgCoopException) e).category())
          .isEqualTo(KgCoopException.Category.IO);
    }
  }

  @Test
  void linesEndBeforeHalfALine() throws IOException {
    assertThat(numbers(file("{\"step\": 1}\n{\"step\": 2}\n{\"st")))
        .containsExactly(Map.of("step", 1.0), Map.of("step", 2.0));
    Path noText = Files.write(folder.resolve("c"), new byte[] {'{', '}', '\n', (byte) 0xff, '\n'});
    assertThat(numbers(noText)).containsExactly(Map.of());
  }

  @Test
  void readsTheFiniteNumbersOfALine() throws IOException {
    String line = "{\"a\": {\"b\": 1}, \"c\": [2], \"d\": 3, \"e\": NaN, \"f\": \"4\", \"g\": 5.5}";
    assertThat(numbers(file("1\n[2]\n" + line + "\n"))).containsExactly(Map.of("d", 3.0, "g", 5.5));
    assertThat(numbers(folder.resolve("gone"))).isEmpty();
  }

  private static List<Map<String, Double>> numbers(Path file) {
    List<Map<String, Double>> lines = new ArrayList<>();
    Json.readNumbers(file, numbers -> lines.add(Map.copyOf(numbers)));
    return lines;
  }

  @Test
  void deletingATreeKeepsTheTargetsOfItsLinks() throws IOException {
    Path kept = file("{}");
    Path tree = folder.resolve("tree");
    Path inner = Files.createDirectories(tree.resolve("inner"));
    Files.createSymbolicLink(inner.resolve("link"), kept);
    Files.createSymbolicLink(tree.resolve("folder"), folder);

    Folders.delete(tree);
    Folders.delete(folder.resolve("never there"));

    assertThat(tree).doesNotExist();
    assertThat(kept).exists();
  }
}
