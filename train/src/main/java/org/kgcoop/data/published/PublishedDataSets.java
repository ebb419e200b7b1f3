package org.kgcoop.data.published;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Templates;
import org.kgcoop.data.published.PublishedDataSet.Part;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Resources;

/**
 * The 15 data sets of the experiments with CoOp, CoCoOp, ProGrad and KgCoOp. Folders, split files
 * and names are those of CoOp's instructions, so existing folders work without changes. The
 * templates are KgCoOp's.
 *
 * <p>The entries are in {@code datasets.json}: layouts, terms and downloads. You get a part by
 * hand, or a download with a size and a SHA-256 provides it. Split files come from commits of
 * public repositories, because their original place needs a browser.
 */
public final class PublishedDataSets {

  /** Readers of the authors' lists and folders, by the layout of an entry without a split file. */
  private static final Map<String, Function<RawData, DataSet>> LAYOUTS =
      Map.of(
          "imagenet", ImageNetFolders::imageNet,
          "numbers", ImageNetFolders::byNumber,
          "identifiers", ImageNetFolders::byIdentifier,
          "aircraft", AircraftLists::read);

  private static final List<PublishedDataSet> ALL = read();

  private PublishedDataSets() {}

  /** Returns all data sets, in the order of the published tables. */
  public static List<PublishedDataSet> all() {
    return ALL;
  }

  /**
   * Finds a data set by its name, an alias or its folder's name. Case, '_', '-' and spaces are
   * ignored.
   */
  public static Optional<PublishedDataSet> find(String name) {
    String wanted = plain(name);
    return all().stream()
        .filter(
            entry ->
                Stream.concat(Stream.of(entry.name(), entry.directory()), entry.aliases().stream())
                    .anyMatch(known -> plain(known).equals(wanted)))
        .findFirst();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }

  /** Finds the data set of a split file by the file's name. */
  public static Optional<PublishedDataSet> ofSplitFile(String fileName) {
    return all().stream()
        .filter(
            entry -> entry.files().split() != null && entry.files().split().path().equals(fileName))
        .findFirst();
  }

  /** Finds the data set that is complete in a folder of its name. */
  public static Optional<PublishedDataSet> at(Path folder) {
    String name = Folders.name(folder.toAbsolutePath().normalize());
    return all().stream()
        .filter(entry -> entry.directory().equalsIgnoreCase(name))
        .filter(entry -> entry.missing(folder).isEmpty())
        .findFirst();
  }

  private static List<PublishedDataSet> read() {
    return read(Resources.json(PublishedDataSets.class, "datasets.json"));
  }

  /** Reads entries of the form of {@code datasets.json}. */
  public static List<PublishedDataSet> read(JsonNode entries) {
    Map<String, PublishedDataSet> sources = new HashMap<>();
    List<PublishedDataSet> all = new ArrayList<>();
    for (JsonNode json : entries) {
      PublishedDataSet set = entry(json, sources);
      sources.put(set.name(), set);
      all.add(set);
    }
    return List.copyOf(all);
  }

  private static PublishedDataSet entry(JsonNode json, Map<String, PublishedDataSet> sources) {
    String name = json.path("name").asText();
    Map<String, Download> downloads = new HashMap<>();
    for (JsonNode each : json.path("downloads")) {
      Download download = download(each);
      download.provides().forEach(path -> downloads.put(path, download));
    }
    return new PublishedDataSet(
        name,
        texts(json.path("aliases")),
        new PublishedDataSet.Contents(
            json.path("directory").asText(),
            json.path("images").asText(),
            parts(json.path("pictures"), downloads),
            json.has("split") ? part(json.path("split"), downloads) : null,
            parts(json.path("annotations"), downloads),
            elements(json.path("counts")).map(JsonNode::asInt).toList(),
            json.path("terms").asText()),
        Objects.requireNonNull(Templates.ofPublished(name), name),
        json.path("classes").asInt(),
        sources.get(json.path("shift_of").asText()),
        LAYOUTS.get(json.path("layout").asText()));
  }

  private static Map<String, String> names(JsonNode json) {
    Map<String, String> names = new HashMap<>();
    json.path("names").properties().forEach(e -> names.put(e.getKey(), e.getValue().asText()));
    return Map.copyOf(names);
  }

  private static List<Part> parts(JsonNode json, Map<String, Download> downloads) {
    return elements(json).map(each -> part(each, downloads)).toList();
  }

  private static Part part(JsonNode json, Map<String, Download> downloads) {
    String path = json.path("path").asText();
    Download download = downloads.get(path);
    String where =
        download == null || json.has("by_hand")
            ? json.path("by_hand").asText()
            : download.sources().get(0).files().get(0).address();
    return new Part(path, new Origin(where, download));
  }

  private static Download download(JsonNode json) {
    return new Download(
        texts(json.path("provides")),
        elements(json.path("sources")).map(PublishedDataSets::source).toList());
  }

  private static Download.Source source(JsonNode json) {
    return new Download.Source(
        elements(json.path("files"))
            .map(
                file ->
                    new Download.RemoteFile(
                        file.path("address").asText(),
                        file.path("bytes").asLong(),
                        file.path("sha256").asText()))
            .toList(),
        json.path("archive").asBoolean(),
        names(json),
        json.path("unofficial").asBoolean(),
        json.path("token").asBoolean(),
        json.path("by_class").asBoolean());
  }

  private static List<String> texts(JsonNode array) {
    return elements(array).map(JsonNode::asText).toList();
  }

  /** Returns the elements of an array. The Jackson version of Spark has no stream of them. */
  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
