package org.kgcoop.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Digest;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;

/**
 * A reader of weight files of all supported formats. It detects the format from the content, not
 * the name. In a folder it looks for the files that Hugging Face and OpenCLIP write.
 */
public final class WeightFiles {

  /** JSON files with settings that the weights do not show: activation, heads, preprocessing. */
  public static final List<String> CONFIGS =
      List.of(
          "config.json",
          "open_clip_config.json",
          "preprocessor_config.json",
          "processor_config.json");

  /** The names of weight files in a folder, in order of preference. */
  public static final List<String> IN_FOLDERS =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "open_clip_model.safetensors",
          "open_clip_model.safetensors.index.json",
          "open_clip_pytorch_model.bin",
          "open_clip_pytorch_model.bin.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  private static final String INDEX = ".index.json";

  /** The name of a file with a part of a model, NAME-00001-of-00002.bin. */
  private static final Pattern SHARD = Pattern.compile("(.+)-(\\d{1,6})-of-(\\d{1,6})(\\.[a-z]+)");

  private static final Pattern WEIGHT_NAME =
      Pattern.compile(".*\\.(safetensors|pt|pth|bin|ckpt|pth\\.tar(-.*)?)");

  private static final long MAX_JSON = 64 << 20;

  private WeightFiles() {}

  /** Returns true if a folder contains weights under one of the usual names, or any weight file. */
  public static boolean isModelFolder(Path folder) {
    return IN_FOLDERS.stream().anyMatch(name -> Files.exists(folder.resolve(name)))
        || list(folder).stream().anyMatch(WeightFiles::looksLikeWeights);
  }

  /**
   * Opens a file or folder, with the JSON files next to the weights.
   *
   * @throws KgCoopException if it cannot be read, is damaged or is not a weight file
   */
  public static WeightFile open(Path path) {
    boolean isFolder = Files.isDirectory(path);
    List<Path> parts = isFolder ? weightsIn(path) : List.of(path);
    WeightFile file = parts.size() == 1 ? openFile(parts.get(0)) : joined(path, parts);
    return file.in(path, configs(isFolder ? path : Folders.parent(path)));
  }

  /** Returns the weight file of a folder, or the files that are parts of one model. */
  private static List<Path> weightsIn(Path folder) {
    for (String name : IN_FOLDERS) {
      if (Files.exists(folder.resolve(name))) {
        return List.of(folder.resolve(name));
      }
    }
    List<Path> others = list(folder).stream().filter(WeightFiles::looksLikeWeights).toList();
    if (others.size() == 1 || areShardsOfOne(others)) {
      return others;
    }
    throw FileErrors.refused(
        folder,
        others.isEmpty()
            ? "a folder without weights; expected one of "
                + String.join(", ", IN_FOLDERS)
                + " or one file such as NAME.safetensors or NAME.pt"
            : "a folder with several weight files ("
                + String.join(", ", Folders.names(others))
                + "); name one of them");
  }

  /** Returns true if all files are parts of one model without an index. */
  private static boolean areShardsOfOne(List<Path> files) {
    Set<String> models = new LinkedHashSet<>();
    int parts = 0;
    for (Path file : files) {
      Matcher shard = SHARD.matcher(Folders.name(file));
      if (!shard.matches()) {
        return false;
      }
      models.add(shard.group(1) + shard.group(4));
      parts = Integer.parseInt(shard.group(3));
    }
    return models.size() == 1 && parts == files.size();
  }

  private static boolean looksLikeWeights(Path file) {
    return Files.isRegularFile(file) && WEIGHT_NAME.matcher(Folders.name(file)).matches();
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw FileErrors.unreadable(folder, e);
    }
  }

  private static WeightFile openFile(Path path) {
    if (path.toString().endsWith(INDEX)) {
      return openShards(path);
    }
    if (Files.notExists(path)) {
      throw KgCoopException.weights(path + ": no such file; check the path");
    }
    FileBytes file = FileBytes.open(path);
    return content(file).stamped(file.stamp());
  }

  private static WeightFile content(FileBytes file) {
    Path path = file.path();
    if (file.size() == 0) {
      throw FileErrors.damaged(path, "the file is empty");
    }
    byte[] head = new byte[(int) Math.min(file.size(), 64)];
    file.window(0, head.length).get(head);
    if (head.length >= 4 && ByteBuffer.wrap(head).getInt() == 0x504b0304) {
      ZipRecords records = ZipRecords.open(file);
      return records.contains("constants.pkl")
          ? TorchScript.read(TorchFile.of(file, records, true))
          : StateDicts.read(WeightFile.Format.STATE_DICT, TorchFile.of(file, records, false));
    }
    if ((head.length > 8 && head[8] == '{') || path.toString().endsWith(".safetensors")) {
      return Safetensors.read(file);
    }
    if ((head[0] & 0xff) == 0x80) {
      return StateDicts.read(WeightFile.Format.LEGACY_STATE_DICT, LegacyStateDicts.read(file));
    }
    throw unknown(path, new String(head, StandardCharsets.ISO_8859_1));
  }

  private static KgCoopException unknown(Path path, String head) {
    String what = "not a known kind of weight file (it begins with " + start(head) + ")";
    String advice = "";
    if (head.startsWith("version https://git-lfs")) {
      what = "a Git LFS pointer instead of the file";
      advice = "; run git lfs pull";
    } else if (head.stripLeading().startsWith("<")) {
      what = "a web page instead of the file";
      advice = "; download it again";
    } else if (isImage(head)) {
      what = "an image, not weights";
    }
    return FileErrors.refused(
        path,
        what + "; expected safetensors, a PyTorch state dict or a TorchScript archive" + advice);
  }

  /** Returns true for JPEG, PNG, GIF, BMP or WebP, by the first bytes. */
  private static boolean isImage(String head) {
    return head.startsWith("\u00ff\u00d8\u00ff")
        || head.startsWith("\u0089PNG")
        || head.startsWith("GIF8")
        || (head.startsWith("BM") && head.startsWith("\0\0\0\0", 6))
        || (head.startsWith("RIFF") && head.startsWith("WEBP", 8));
  }

  private static String start(String head) {
    String text = head.substring(0, Math.min(16, head.length()));
    return "'" + text.replaceAll("[^ -~]", "?") + "'";
  }

  /**
   * Returns the names of the files that an index joins, all in its own folder.
   *
   * @throws KgCoopException if it is not an index, or contains other paths
   */
  public static List<String> shards(Path index) {
    return weightMap(index).values().stream().distinct().toList();
  }

  /** Returns the file of each tensor from an index {@code {"weight_map": {tensor: file}}}. */
  private static Map<String, String> weightMap(Path index) {
    Map<String, String> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : readJson(index).path("weight_map").properties()) {
      String name = entry.getValue().asText();
      if (name.matches("[.].*|.*[/\\\\].*") || !WEIGHT_NAME.matcher(name).matches()) {
        throw FileErrors.refused(
            index, "names the file '" + name + "', expected a weights file next to it");
      }
      files.put(entry.getKey(), name);
    }
    if (files.isEmpty()) {
      throw FileErrors.refused(index, "expected an object 'weight_map' from tensors to files");
    }
    return files;
  }

  /** Opens the files of an index as one. */
  private static WeightFile openShards(Path index) {
    Map<String, String> files = weightMap(index);
    WeightFile joined =
        joined(index, files.values().stream().distinct().map(index::resolveSibling).toList());
    for (String tensor : files.keySet()) {
      if (!joined.tensors().containsKey(tensor)) {
        throw FileErrors.refused(
            index, "names the tensor '" + tensor + "', which none of its files contains");
      }
    }
    return joined;
  }

  /**
   * Joins several files.
   *
   * @param path the path in error messages
   */
  private static WeightFile joined(Path path, List<Path> shards) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    Set<String> skipped = new LinkedHashSet<>();
    WeightFile.Format format = WeightFile.Format.SAFETENSORS;
    List<Digest> stamps = new ArrayList<>();
    for (Path file : shards) {
      WeightFile shard = openFile(file);
      if (shard.stamp() != null) {
        stamps.add(shard.stamp());
      }
      format = shard.format();
      metadata.putAll(shard.metadata());
      skipped.addAll(shard.skipped());
      for (StoredTensor tensor : shard.tensors().values()) {
        if (tensors.put(tensor.name(), tensor) != null) {
          throw FileErrors.refused(
              path, "two of its files contain the tensor '" + tensor.name() + "'");
        }
      }
    }
    return new WeightFile(path, format, tensors, metadata, List.copyOf(skipped))
        .stamped(stamps.size() == shards.size() ? Digest.of(stamps.toString()) : null);
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
      JsonNode json = Json.LENIENT.readTree(Files.readString(file));
      if (!json.isObject()) {
        throw FileErrors.refused(file, "expected a JSON object");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw FileErrors.damaged(
          file, "not JSON: " + FileErrors.oneLine(e.getOriginalMessage(), e), e);
    } catch (CharacterCodingException e) {
      throw FileErrors.damaged(file, "not JSON in UTF-8", e);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }
}
