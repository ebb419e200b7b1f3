package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kgcoop.io.IoFixtures.byName;
import static org.kgcoop.io.IoFixtures.floats;
import static org.kgcoop.io.IoFixtures.openError;
import static org.kgcoop.io.IoFixtures.weightsError;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFilesTest {

  @TempDir Path folder;

  private Path text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private void safetensors(String name, StoredTensor... tensors) {
    Safetensors.write(folder.resolve(name), List.of(tensors), Map.of());
  }

  @Test
  void theContentDecidesNotTheName() throws IOException {
    Path named = folder.resolve("weights.pt");
    Safetensors.write(named, List.of(floats("a", 2)), Map.of());
    assertThat(WeightFiles.open(named).format()).isEqualTo(WeightFile.Format.SAFETENSORS);
    Path other = Files.copy(IoFixtures.resource("archive.pt"), folder.resolve("a.bin"));
    assertThat(WeightFiles.open(other).format()).isEqualTo(WeightFile.Format.TORCHSCRIPT);
  }

  @Test
  void rejectsAnEmptyFile() throws IOException {
    assertThat(openError(text("a.pt", ""))).contains("the file is empty");
  }

  @Test
  void rejectsATextThatIsCalledAWeightFileWithItsBeginning() throws IOException {
    assertThat(openError(text("a.pt", "dear\nreader"))).contains("'dear?reader'", "expected");
    assertThat(openError(text("b.pt", "version https://git-lfs.github.com/spec/v1\n")))
        .contains("git lfs pull");
    assertThat(openError(text("c.pt", "\n<!DOCTYPE html>"))).contains("web page");
    assertThat(openError(text("d.pt", "\u0001"))).contains("not a known kind of weight file");
  }

  @Test
  void aImageIsCalledOne() {
    for (byte[] head :
        new byte[][] {
          IoFixtures.bytes(0x89, "PNG\r\n", 0x1a, "\n"),
          IoFixtures.bytes(0xff, 0xd8, 0xff, 0xe0),
          IoFixtures.bytes("GIF89a"),
          IoFixtures.bytes("RIFF1234WEBP"),
          IoFixtures.bytes("BM1234", 0, 0, 0, 0)
        }) {
      Path path = IoFixtures.write(folder.resolve("photo.jpg"), head);
      assertThat(openError(path)).contains("an image, not weights; expected safetensors");
    }
  }

  @Test
  void rejectsAPickleOfOtherOrigin() {
    Path path = IoFixtures.write(folder.resolve("a.pkl"), IoFixtures.bytes(0x80, 2, "}."));
    assertThat(openError(path)).contains("torch.save did not write");
  }

  @Test
  void aFileHasTheConfigurationsOfItsFolder() throws IOException {
    safetensors("a.safetensors", floats("a", 1));
    text("open_clip_config.json", "{\"model_cfg\": {\"embed_dim\": 64}}");
    text("other.json", "no JSON");
    WeightFile file = WeightFiles.open(folder.resolve("a.safetensors"));
    assertThat(file.configs()).containsOnlyKeys("open_clip_config.json");
    assertThat(file.configs().get("open_clip_config.json"))
        .hasToString("{\"model_cfg\":{\"embed_dim\":64}}");
  }

  @Test
  void aBrokenConfigurationIsNamed() throws IOException {
    safetensors("a.safetensors", floats("a", 1));
    Path config = text("config.json", "{\"a\":");
    Path path = folder.resolve("a.safetensors");
    assertThat(weightsError(config, () -> WeightFiles.open(path))).contains("not JSON");
  }

  @Test
  void aHuggingFaceFolderPrefersSafetensors() throws IOException {
    text("config.json", "{}");
    text("preprocessor_config.json", "{}");
    safetensors("model.safetensors", floats("new", 1));
    StateDictFiles.write(folder.resolve("pytorch_model.bin"), byName(floats("old", 1)));
    WeightFile file = WeightFiles.open(folder);
    assertThat(file.path()).isEqualTo(folder);
    assertThat(file.tensors()).containsOnlyKeys("new");
    assertThat(file.configs()).containsOnlyKeys("config.json", "preprocessor_config.json");
  }

  @Test
  void anOpenClipFolderIsRead() throws IOException {
    text("open_clip_config.json", "{}");
    StateDictFiles.write(folder.resolve("open_clip_pytorch_model.bin"), byName(floats("a", 1)));
    assertThat(WeightFiles.open(folder).tensors()).containsOnlyKeys("a");
  }

  @Test
  void aTensorThatIsMissingIsNamedWithThoseThatAreThere() {
    safetensors("a.safetensors", floats("a", 1), floats("b", 1));
    WeightFile file = WeightFiles.open(folder.resolve("a.safetensors"));
    assertThat(file.tensor("b").elements()).isEqualTo(1);
    assertThat(weightsError(file.path(), () -> file.tensor("c"))).contains("'c'", "a, b");
  }

  @Test
  void shardsAreReadAsOneFile() throws IOException {
    safetensors("1.safetensors", floats("a", 1));
    safetensors("2.safetensors", floats("b", 2));
    text(
        "model.safetensors.index.json",
        "{\"weight_map\": {\"a\": \"1.safetensors\", \"b\": \"2.safetensors\"}}");
    assertThat(WeightFiles.open(folder).tensors()).containsOnlyKeys("a", "b");
  }

  @Test
  void shardsOfPyTorchAreReadByTheirIndexOrTheirNames() throws IOException {
    StateDictFiles.write(
        folder.resolve("pytorch_model-00001-of-00002.bin"), byName(floats("a", 1)));
    StateDictFiles.write(
        folder.resolve("pytorch_model-00002-of-00002.bin"), byName(floats("b", 2)));
    assertThat(WeightFiles.open(folder).tensors()).containsOnlyKeys("a", "b");
    Path index =
        text(
            "pytorch_model.bin.index.json",
            "{\"weight_map\": {\"a\": \"pytorch_model-00001-of-00002.bin\","
                + " \"b\": \"pytorch_model-00002-of-00002.bin\"}}");
    assertThat(WeightFiles.open(folder).tensors()).containsOnlyKeys("a", "b");
    assertThat(WeightFiles.open(index).tensors()).containsOnlyKeys("a", "b");
  }

  @Test
  void shardsThatLackOneAreNotTakenForAModel() {
    safetensors("model-00001-of-00003.safetensors", floats("a", 1));
    safetensors("model-00002-of-00003.safetensors", floats("b", 1));
    assertThat(openError(folder)).contains("several weight files");
  }

  @Test
  void anIndexThatIsWrongIsRefused() throws IOException {
    safetensors("1.safetensors", floats("a", 1));
    Path index = text("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../x\"}}");
    assertThat(weightsError(index, () -> WeightFiles.open(folder))).contains("'../x'");
    text("model.safetensors.index.json", "{\"weight_map\": {\"b\": \"1.safetensors\"}}");
    assertThat(weightsError(index, () -> WeightFiles.open(folder))).contains("'b'");
    text("model.safetensors.index.json", "{\"weight_map\": 3}");
    assertThat(weightsError(index, () -> WeightFiles.open(folder))).contains("weight_map");
    safetensors("2.safetensors", floats("a", 1), floats("b", 1));
    text(
        "model.safetensors.index.json",
        "{\"weight_map\": {\"a\": \"1.safetensors\", \"b\": \"2.safetensors\"}}");
    assertThat(weightsError(index, () -> WeightFiles.open(folder))).contains("two", "'a'");
  }

  @Test
  void aFolderWithOneWeightFileIsThatFile() throws IOException {
    text("notes.txt", "x");
    StateDicts.writePrompt(
        folder.resolve("model.pth.tar-50"), byName(floats("ctx", 2, 4)), 50, Map.of());
    assertThat(WeightFiles.open(folder).metadata()).containsEntry("epoch", "50");
  }

  @Test
  void rejectsAFolderWithSeveralOrNone() throws IOException {
    text("notes.txt", "x");
    assertThat(openError(folder)).contains("without weights", "model.safetensors");
    safetensors("a.safetensors", floats("a", 1));
    safetensors("b.safetensors", floats("a", 1));
    assertThat(openError(folder)).contains("a.safetensors, b.safetensors", "name one");
  }
}
