package org.kgcoop.data.layout;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A random sidecar, as programs or persons may have written it: languages in any order, properties
 * of unknown programs, structures, other encodings, comments, and keywords in many forms. Some are
 * damaged.
 */
final class SampleSidecar {
  private static final List<String> TEXTS =
      List.of(
          "Köln",
          "日本 🦊",
          "a &amp; b",
          "&lt;b&gt;",
          "",
          " two  blanks ",
          "it's \"so\"",
          "cat",
          "x");
  private static final List<String> LANGUAGES = List.of("x-default", "de", "fr-CH", "ja");

  private final Random random;
  private final StringBuilder xml = new StringBuilder();
  private final String line;
  private String rdf;

  private SampleSidecar(long seed) {
    random = new Random(seed);
    line = List.of("\n", "\r\n", "", "\n\t", "\n   ").get(random.nextInt(5));
    rdf = List.of("rdf:", "rdf:", "r:", "").get(random.nextInt(4));
  }

  static byte[] of(long seed) {
    return new SampleSidecar(seed).bytes();
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private String any(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private void add(String format, Object... arguments) {
    xml.append(String.format(Locale.ROOT, format, arguments)).append(line);
  }

  private byte[] bytes() {
    int kind = random.nextInt(20);
    String version = kind == 0 ? "1.1" : "1.0";
    String encoding =
        switch (kind) {
          case 1, 2 -> "UTF-16";
          case 3 -> "ISO-8859-1";
          case 4 -> "x-unknown";
          default -> "UTF-8";
        };
    if (kind < 12) {
      xml.append("<?xml version='%s' encoding=\"%s\"?>".formatted(version, encoding)).append(line);
    }
    if (kind == 5) {
      add("<!DOCTYPE x [<!ENTITY e 'text'>]>");
    }
    if (chance(40)) {
      add("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>");
    }
    if (chance(20)) {
      add("<!-- <dc:subject>no keyword</dc:subject> -- >".replace("-- >", "-->"));
    }
    boolean hasRoot = chance(85);
    if (hasRoot) {
      add("<x:%s xmlns:x='adobe:ns:meta/' x:xmptk=\"a > b\">", chance(90) ? "xmpmeta" : "xapmeta");
      if (chance(10)) {
        add("<o:other xmlns:o='urn:other:'>outside</o:other>");
      }
    }
    String root = rdf + "RDF";
    add("<%s xmlns%s=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">", root, prefix());
    int descriptions = chance(15) ? random.nextInt(4) : 1;
    List<String> properties = properties();
    for (int i = 0; i < descriptions; i++) {
      description(i == descriptions - 1 ? properties : List.of(), kind == 0);
    }
    add("</%s>", root);
    if (hasRoot) {
      add(chance(10) ? "<o:other xmlns:o='urn:other:' o:a='1'/></x:%s>" : "</x:%s>", rootName());
    }
    if (chance(30)) {
      add("<?xpacket end=\"w\"?>");
    }
    return encoded(kind);
  }

  private String prefix() {
    return rdf.isEmpty() ? "" : ":" + rdf.substring(0, rdf.length() - 1);
  }

  private String rootName() {
    return xml.indexOf("<x:xapmeta") >= 0 ? "xapmeta" : "xmpmeta";
  }

  private byte[] encoded(int kind) {
    String text = xml.toString();
    if (kind == 6) {
      text = text.substring(0, random.nextInt(text.length()));
    }
    Charset charset =
        switch (kind) {
          case 1 -> StandardCharsets.UTF_16BE;
          case 2 -> StandardCharsets.UTF_16LE;
          case 3 -> StandardCharsets.ISO_8859_1;
          default -> StandardCharsets.UTF_8;
        };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] mark = "\ufeff".getBytes(charset);
    if (kind == 1 || kind == 2 || kind == 7) {
      out.writeBytes(mark);
    }
    out.writeBytes((kind == 3 ? text.replaceAll("[^\\x00-\\xff]", "?") : text).getBytes(charset));
    return out.toByteArray();
  }

  private void description(List<String> properties, boolean isNewer) {
    String about = chance(80) ? " %sabout=''".formatted(rdf.isEmpty() ? "r2:" : rdf) : "";
    String rating = chance(50) ? " xmp:Rating='4'" : " xmp:Label=\"a > b %s\"".formatted(line);
    String start =
        ("<%sDescription%s xmlns:r2='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
                + " xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
                + " xmlns:u='urn:unknown:'%s")
            .formatted(rdf, about, rating);
    if (properties.isEmpty()) {
      add("%s/>".replace("%s", start.replace("%", "%%")));
      return;
    }
    xml.append(start).append('>').append(line);
    properties.forEach(each -> xml.append(each).append(line));
    if (isNewer) {
      add("<u:control>a&#1;b</u:control>");
    }
    add("</%sDescription>", rdf);
  }

  private List<String> properties() {
    List<String> all = new ArrayList<>();
    for (String name : List.of("dc:title", "dc:description", "dc:rights", "u:says")) {
      if (chance(60)) {
        all.add("<%s>%s</%s>".formatted(name, languages(), name));
      }
    }
    if (chance(30)) {
      all.add(
          "<u:structure r2:parseType='Resource'><u:a>1</u:a><u:b>%s</u:b></u:structure>"
              .formatted(any(TEXTS)));
    }
    if (chance(20)) {
      all.add("<u:cdata><![CDATA[ <dc:subject>x</dc:subject> & > ]]></u:cdata>");
    }
    if (chance(15)) {
      int depth = chance(5) ? 300 : 1 + random.nextInt(20);
      String open = "<u:deep><%sDescription>".formatted(rdf);
      String close = "</%sDescription></u:deep>".formatted(rdf);
      all.add(open.repeat(depth) + "<u:end>1</u:end>" + close.repeat(depth));
    }
    if (chance(20)) {
      all.add("<u:typed r2:datatype='urn:t'>1</u:typed><?pi a > b?><u:link r2:resource='urn:x'/>");
    }
    if (chance(60)) {
      all.add(subject());
    }
    if (chance(30)) {
      all.add(
          "<lr:hierarchicalSubject xmlns:lr='http://ns.adobe.com/lightroom/1.0/'>%s</lr:hierarchicalSubject>"
              .formatted(list("Bag", "Orte|Köln", "a|cat")));
    }
    if (chance(20)) {
      all.add(
          "<digiKam:TagsList xmlns:digiKam='http://www.digikam.org/ns/1.0/'>%s</digiKam:TagsList>"
              .formatted(list("Seq", "Orte/Köln")));
    }
    if (chance(20)) {
      all.add(
          "<kgcoop:added xmlns:kgcoop='urn:kgcoop:'>%s</kgcoop:added>"
              .formatted(list("Bag", "bird")));
    }
    Collections.shuffle(all, random);
    return all;
  }

  private String languages() {
    List<String> languages = new ArrayList<>(LANGUAGES.subList(0, 1 + random.nextInt(4)));
    Collections.shuffle(languages, random);
    StringBuilder list = new StringBuilder("<%sAlt>".formatted(rdf));
    for (String each : languages) {
      list.append("<%1$sli xml:lang='%2$s'>%3$s</%1$sli>".formatted(rdf, each, any(TEXTS)));
    }
    return list.append("</%sAlt>".formatted(rdf)).toString();
  }

  private String list(String kind, String... items) {
    StringBuilder list = new StringBuilder("<%s%s>".formatted(rdf, kind)).append(line);
    for (String each : items) {
      list.append("<%1$sli>%2$s</%1$sli>".formatted(rdf, each)).append(line);
    }
    return list.append("</%s%s>".formatted(rdf, kind)).toString();
  }

  private String subject() {
    String item = "<%1$sli %2$s>%3$s</%1$sli>";
    return switch (random.nextInt(9)) {
      case 0 -> "<dc:subject/>";
      case 1 -> "<dc:subject>sea</dc:subject>";
      case 2 -> "<dc:subject><%sBag/></dc:subject>".formatted(rdf);
      case 3 ->
          "<dc:subject><%1$sBag>%2$s</%1$sBag></dc:subject>"
              .formatted(rdf, item.formatted(rdf, "xml:lang='de'", "See"));
      case 4 ->
          "<dc:subject><%1$sBag>%2$s</%1$sBag></dc:subject>"
              .formatted(rdf, item.formatted(rdf, "r2:parseType='Resource'", "<u:a>1</u:a>"));
      case 5 -> "<dc:subject r2:parseType='Resource'><u:a>1</u:a></dc:subject>";
      case 6 -> "<dc:subject>%s</dc:subject>".formatted(list("Seq", "sea", "sky", "sea"));
      default ->
          "<dc:subject>%s</dc:subject>".formatted(list("Bag", "sea", "bird", "<!-- c -->Köln"));
    };
  }
}
