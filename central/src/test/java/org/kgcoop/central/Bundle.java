package org.kgcoop.central;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A bundle for Maven Central, checked by the <a
 * href="https://central.sonatype.org/publish/requirements/">requirements</a> that its validator
 * enforces.
 *
 * @param files the files of the bundle by their paths
 */
record Bundle(Map<String, byte[]> files) {
  /** The upload is refused above this size. */
  private static final long MAX_BYTES = 1L << 30;

  /** The elements of a POM that must not be empty. */
  private static final List<String> REQUIRED =
      List.of(
          "modelVersion",
          "groupId",
          "artifactId",
          "version",
          "name",
          "description",
          "url",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/url",
          "scm/connection",
          "scm/developerConnection");

  /** The endings of the files that describe another file. */
  private static final List<String> CHECKSUMS = List.of(".md5", ".sha1", ".sha256", ".sha512");

  private static final Map<String, String> ALGORITHMS =
      Map.of(".md5", "MD5", ".sha1", "SHA-1", ".sha256", "SHA-256", ".sha512", "SHA-512");

  static Bundle read(Path zip) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          files.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return new Bundle(files);
  }

  /** Returns the paths of the POM files. */
  List<String> poms() {
    return files.keySet().stream().filter(path -> path.endsWith(".pom")).toList();
  }

  /**
   * Returns what the validator would refuse, one sentence each.
   *
   * @param signed whether each file needs a signature
   */
  List<String> faults(boolean signed) {
    List<String> faults = new ArrayList<>();
    if (files.values().stream().mapToLong(bytes -> bytes.length).sum() > MAX_BYTES) {
      faults.add("the bundle is larger than 1 GB");
    }
    if (poms().isEmpty()) {
      faults.add("the bundle has no POM");
    }
    Set<String> folders = new TreeSet<>();
    poms().forEach(path -> folders.add(path.substring(0, path.lastIndexOf('/') + 1)));
    for (String path : files.keySet()) {
      if (!folders.contains(path.substring(0, path.lastIndexOf('/') + 1))) {
        faults.add(path + ": its folder has no POM");
      }
      if (path.contains("SNAPSHOT")) {
        faults.add(path + ": snapshots are not published");
      }
    }
    files.keySet().stream()
        .filter(Bundle::isPublished)
        .forEach(path -> faults(path, signed, faults));
    poms().forEach(path -> pomFaults(path, faults));
    return faults;
  }

  private static boolean isPublished(String path) {
    return !path.endsWith(".asc") && CHECKSUMS.stream().noneMatch(path::endsWith);
  }

  /** Checksums and signature of one file. */
  private void faults(String path, boolean signed, List<String> faults) {
    for (String ending : CHECKSUMS) {
      byte @Nullable [] stated = files.get(path + ending);
      if (stated == null) {
        if (ending.equals(".md5") || ending.equals(".sha1")) {
          faults.add(path + ": has no " + ending);
        }
      } else if (!new String(stated, StandardCharsets.US_ASCII)
          .strip()
          .equals(checksum(ALGORITHMS.get(ending), files.get(path)))) {
        faults.add(path + ending + ": is not the checksum of the file");
      }
    }
    byte @Nullable [] signature = files.get(path + ".asc");
    if (signed && signature == null) {
      faults.add(path + ": has no signature");
    } else if (signature != null
        && !new String(signature, StandardCharsets.US_ASCII)
            .startsWith("-----BEGIN PGP SIGNATURE-----")) {
      faults.add(path + ".asc: is not a signature");
    }
  }

  private static String checksum(@Nullable String algorithm, byte @Nullable [] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void pomFaults(String path, List<String> faults) {
    Document pom;
    try {
      pom = parsed(path);
    } catch (SAXException e) {
      faults.add(path + ": is not XML: " + e.getMessage());
      return;
    }
    for (String element : REQUIRED) {
      if (text(pom, element).isEmpty()) {
        faults.add(path + ": has no " + element);
      }
    }
    String artifact = text(pom, "artifactId");
    String version = text(pom, "version");
    String expected =
        text(pom, "groupId").replace('.', '/')
            + "/%1$s/%2$s/%1$s-%2$s.pom".formatted(artifact, version);
    if (!path.equals(expected)) {
      faults.add(path + ": its path would be " + expected);
    }
    String name = path.substring(0, path.length() - ".pom".length());
    if (!text(pom, "packaging").equals("pom")) {
      for (String jar : List.of(".jar", "-sources.jar", "-javadoc.jar")) {
        if (!files.containsKey(name + jar)) {
          faults.add(name + jar + ": is missing");
        }
      }
    }
    if (content(path).contains("${")) {
      faults.add(path + ": has a property that is not replaced");
    }
    for (String element : List.of("repositories", "pluginRepositories", "parent")) {
      if (!all(pom, element).isEmpty()) {
        faults.add(path + ": has the element " + element);
      }
    }
    for (String dependency : all(pom, "dependencies/dependency")) {
      dependencyFaults(path, dependency.split("\\s+"), faults);
    }
  }

  /** Each dependency is the words of its element: groupId, artifactId, version and others. */
  private void dependencyFaults(String path, String[] words, List<String> faults) {
    if (words.length < 3 || !words[2].matches("\\d[\\w.-]*") || words[2].contains("SNAPSHOT")) {
      faults.add(path + ": the dependency " + String.join(" ", words) + " has no release version");
    } else if (words[0].equals("org.kgcoop")) {
      String pom = "org/kgcoop/%1$s/%2$s/%1$s-%2$s.pom".formatted(words[1], words[2]);
      if (!files.containsKey(pom)) {
        faults.add(path + ": depends on " + words[1] + ", which is not in the bundle");
      }
    }
  }

  /** Returns the text of a file. */
  String content(String path) {
    return new String(files.getOrDefault(path, new byte[0]), StandardCharsets.UTF_8);
  }

  private Document parsed(String path) throws SAXException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      return factory
          .newDocumentBuilder()
          .parse(new ByteArrayInputStream(files.getOrDefault(path, new byte[0])));
    } catch (ParserConfigurationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(Document pom, String element) {
    List<String> found = all(pom, element);
    return found.isEmpty() ? "" : found.get(0);
  }

  /** Returns the texts of the elements with this path below {@code project}. */
  private static List<String> all(Document pom, String element) {
    try {
      NodeList nodes =
          (NodeList)
              XPathFactory.newInstance()
                  .newXPath()
                  .evaluate("/project/" + element, pom, XPathConstants.NODESET);
      return IntStream.range(0, nodes.getLength())
          .mapToObj(i -> nodes.item(i).getTextContent().strip())
          .toList();
    } catch (XPathExpressionException e) {
      throw new IllegalStateException(e);
    }
  }
}
