package org.kgcoop.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;

/**
 * Opens weights of any known kind. What a file is follows from its content, never from its name; a
 * folder is searched for the files that Hugging Face and OpenCLIP put there.
 */
public final class WeightFiles {

  /** The JSON files that say what the weights do not: activation, heads, preprocessing. */
  private static final List<String> CONFIGS =
      List.of("config.json", "open_clip_config.json", "preprocessor_config.json");

  /** Weights of a folder, the preferred first. */
  private static final List<String> IN_FOLDERS =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "open_clip_model.safetensors",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json",
          "open_clip_pytorch_model.bin");

  private static final Pattern WEIGHT_NAME =
      Pattern.compile(".*\\.(safetensors|pt|pth|bin|ckpt|pth\\.tar(-.*)?)");

  private static final long MAX_JSON = 64 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private WeightFiles() {}

  /** Whether a folder holds weights under one of the names that folders of models use, or any. */
  public static boolean isModelFolder(Path folder) {
    return IN_FOLDERS.stream().anyMatch(name -> Files.exists(folder.resolve(name)))
        || list(folder).stream().anyMatch(WeightFiles::looksLikeWeights);
  }

  /**
   * Opens a file or folder, with the JSON files beside the weights.
   *
   * @throws KgCoopException where it cannot be read, is damaged or is no weight file
   */
  public static WeightFile open(Path path) {
    if (!Files.isDirectory(path)) {
      Path folder = path.toAbsolutePath().getParent();
      return openFile(path).in(path, folder == null ? Map.of() : configs(folder));
    }
    for (String name : IN_FOLDERS) {
      Path candidate = path.resolve(name);
      if (Files.exists(candidate)) {
        WeightFile file =
            name.endsWith(".index.json") ? openShards(candidate) : openFile(candidate);
        return file.in(path, configs(path));
      }
    }
    List<Path> others = list(path).stream().filter(WeightFiles::looksLikeWeights).toList();
    if (others.size() == 1) {
      return openFile(others.get(0)).in(path, configs(path));
    }
    throw FileErrors.refused(
        path,
        others.isEmpty()
            ? "a folder without weights; expected one of "
                + String.join(", ", IN_FOLDERS)
                + " or one file such as NAME.safetensors or NAME.pt"
            : "a folder with several weight files ("
                + String.join(", ", others.stream().map(p -> "" + p.getFileName()).toList())
                + "); name one of them");
  }

  private static boolean looksLikeWeights(Path file) {
    return Files.isRegularFile(file)
        && WEIGHT_NAME.matcher(String.valueOf(file.getFileName())).matches();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw FileErrors.unreadable(folder, e);
    }
  }

  private static WeightFile openFile(Path path) {
    return switch (sniff(path)) {
      case SAFETENSORS -> Safetensors.read(path);
      case TORCHSCRIPT -> TorchScript.read(path);
      case STATE_DICT, LEGACY_STATE_DICT -> StateDicts.read(path);
    };
  }

  private static WeightFile.Format sniff(Path path) {
    try (MappedFile file = MappedFile.open(path)) {
      if (file.size() == 0) {
        throw FileErrors.damaged(path, "the file is empty");
      }
      byte[] head = new byte[(int) Math.min(file.size(), 64)];
      file.window(0, head.length).get(head);
      if (head.length >= 4 && ByteBuffer.wrap(head).getInt() == 0x504b0304) {
        return ZipRecords.open(file).contains("constants.pkl")
            ? WeightFile.Format.TORCHSCRIPT
            : WeightFile.Format.STATE_DICT;
      }
      if ((head.length > 8 && head[8] == '{') || path.toString().endsWith(".safetensors")) {
        return WeightFile.Format.SAFETENSORS;
      }
      if ((head[0] & 0xff) == 0x80) {
        return WeightFile.Format.LEGACY_STATE_DICT;
      }
      throw unknown(path, new String(head, StandardCharsets.ISO_8859_1));
    }
  }

  private static KgCoopException unknown(Path path, String head) {
    String expected = "expected safetensors, a PyTorch state dict or a TorchScript archive";
    if (head.startsWith("version https://git-lfs")) {
      return FileErrors.refused(
          path, "a Git LFS pointer instead of the file; " + expected + "; run git lfs pull");
    }
    if (head.stripLeading().startsWith("<")) {
      return FileErrors.refused(
          path, "a web page instead of the file; " + expected + "; download it again");
    }
    return FileErrors.refused(
        path, "no weight file that is known (it begins with " + start(head) + "); " + expected);
  }

  private static String start(String head) {
    String text = head.substring(0, Math.min(16, head.length()));
    return "'" + text.replaceAll("[^ -~]", "?") + "'";
  }

  /** The files of an index {@code {"weight_map": {tensor: file}}}, as one. */
  private static WeightFile openShards(Path index) {
    JsonNode weightMap = readJson(index).path("weight_map");
    Set<String> names = new LinkedHashSet<>();
    weightMap.properties().forEach(e -> names.add(e.getValue().asText()));
    if (names.isEmpty()) {
      throw FileErrors.refused(index, "expected an object 'weight_map' from tensors to files");
    }
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    Set<String> skipped = new LinkedHashSet<>();
    WeightFile.Format format = WeightFile.Format.SAFETENSORS;
    for (String name : names) {
      if (name.contains("/") || name.contains("\\") || name.equals("..")) {
        throw FileErrors.refused(index, "names the file '" + name + "', expected a file beside it");
      }
      WeightFile shard = openFile(index.resolveSibling(name));
      format = shard.format();
      metadata.putAll(shard.metadata());
      skipped.addAll(shard.skipped());
      for (StoredTensor tensor : shard.tensors().values()) {
        if (tensors.put(tensor.name(), tensor) != null) {
          throw FileErrors.refused(
              index, "two of its files hold the tensor '" + tensor.name() + "'");
        }
      }
    }
    weightMap
        .fieldNames()
        .forEachRemaining(
            tensor -> {
              if (!tensors.containsKey(tensor)) {
                throw FileErrors.refused(
                    index, "names the tensor '" + tensor + "', which none of its files holds");
              }
            });
    return new WeightFile(index, format, tensors, metadata, List.copyOf(skipped));
  }

  private static Map<String, JsonNode> configs(Path folder) {
    Map<String, JsonNode> configs = new LinkedHashMap<>();
    for (String name : CONFIGS) {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        configs.put(name, readJson(file));
      }
    }
    return configs;
  }

  private static JsonNode readJson(Path file) {
    try {
      if (Files.size(file) > MAX_JSON) {
        throw FileErrors.refused(file, "it is too long for a configuration; expected JSON");
      }
      return JSON.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw FileErrors.damaged(
          file, "not JSON: " + FileErrors.oneLine(e.getOriginalMessage(), e), e);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }
}
