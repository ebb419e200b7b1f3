package org.kgcoop.data.layout;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * An XMP document, with the places of the keywords in its text. A change of keywords copies all
 * other bytes. A library for XMP would write the whole document in its own form, and lose what it
 * does not understand.
 */
final class Sidecar {
  private static final String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
  private static final String XMP = "adobe:ns:meta/";
  private static final Set<String> LISTS = Set.of("Bag", "Seq", "Alt"); // of RDF

  private static final Pattern ENCODING =
      Pattern.compile("\\A<\\?xml\\s[^>]*?\\sencoding\\s*=\\s*[\"']([^\"']*)[\"']");
  private static final int MAX_DECLARATION = 200; // in bytes

  /** The encodings of texts that begin with a byte order mark, or with {@code <} in two bytes. */
  private static final Map<List<Byte>, Charset> UTF_16 =
      Map.of(
          List.of((byte) 0xfe, (byte) 0xff), StandardCharsets.UTF_16BE,
          List.of((byte) 0xff, (byte) 0xfe), StandardCharsets.UTF_16LE,
          List.of((byte) 0, (byte) '<'), StandardCharsets.UTF_16BE,
          List.of((byte) '<', (byte) 0), StandardCharsets.UTF_16LE);

  private static final String EMPTY =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
       <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
       </rdf:RDF>
      </x:xmpmeta>
      """;

  private final byte[] bytes;
  private final Charset charset;
  private final String text;
  private final Map<KeywordProperty, Place> places = new EnumMap<>(KeywordProperty.class);

  /** The files that the document describes. */
  private final Set<String> subjects = new HashSet<>();

  private @Nullable Element rdf;

  /** The first {@code rdf:Description} with an end tag, which gets new properties. */
  private @Nullable Element description;

  /** The namespaces of prefixes in {@link #description}. */
  private final Map<String, String> prefixes = new HashMap<>();

  /** An element in the text. Those in a keyword property have their children and text. */
  private static final class Element {
    private final String namespace;
    private final String name;
    private final String tag; // with the prefix
    private final int from;
    private final int inside; // the beginning of the content
    private final boolean hasOneTag;
    private final boolean isPlain; // without attributes
    private final @Nullable String value; // of the attribute rdf:value
    private final boolean isKept;
    private final List<Element> children = new ArrayList<>();
    private final StringBuilder content = new StringBuilder();
    private int lastChild = -1; // its beginning
    private int end; // of the content
    private int to;

    Element(LocatedXml at, boolean isKept) {
      XMLStreamReader xml = at.xml();
      namespace = Objects.requireNonNullElse(xml.getNamespaceURI(), "");
      name = xml.getLocalName();
      tag = at.name();
      from = at.from();
      inside = at.to();
      hasOneTag = at.isAtEmptyElement();
      isPlain = xml.getAttributeCount() == 0;
      value = xml.getAttributeValue(RDF, "value");
      this.isKept = isKept;
    }

    boolean is(String otherNamespace, String otherName) {
      return namespace.equals(otherNamespace) && name.equals(otherName);
    }

    boolean isList() {
      return namespace.equals(RDF) && LISTS.contains(name);
    }

    /** Returns the text of the element, or that of its {@code rdf:value}; empty for others. */
    String text() {
      if (children.isEmpty()) {
        return value == null ? content.toString() : value;
      }
      Element node = children.get(0).is(RDF, "Description") ? children.get(0) : this;
      return node.children.stream()
          .filter(each -> each.is(RDF, "value") && each.children.isEmpty())
          .map(each -> each.content.toString())
          .findFirst()
          .orElse("");
    }
  }

  /**
   * The place of a keyword property.
   *
   * @param element its element, or null for an attribute
   * @param list its list, or null if it has none
   * @param items the elements of its list
   * @param texts the keywords; one is empty if it is no text
   */
  private record Place(
      @Nullable Element element, @Nullable Element list, List<Element> items, List<String> texts) {
    static Place of(Element element) {
      List<Element> children = element.children;
      if (children.size() == 1 && children.get(0).isList()) {
        Element list = children.get(0);
        List<Element> items = list.children.stream().filter(each -> each.is(RDF, "li")).toList();
        return new Place(element, list, items, items.stream().map(Element::text).toList());
      }
      String text = element.text();
      return new Place(element, null, List.of(), text.isBlank() ? List.of() : List.of(text));
    }
  }

  /** A part of the text and its replacement. */
  private record Edit(int from, int to, String replacement) {}

  private Sidecar(byte[] bytes, Charset charset, String text) {
    this.bytes = bytes;
    this.charset = charset;
    this.text = text;
  }

  /**
   * Reads a document.
   *
   * @throws XMLStreamException with the reason, if it is not an XMP document
   */
  static Sidecar of(byte[] bytes) throws XMLStreamException {
    Charset charset = charset(bytes);
    String text;
    try {
      text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new XMLStreamException("it is not a text in " + charset, e);
    }
    if (!charset.canEncode() || !Arrays.equals(text.getBytes(charset), bytes)) {
      throw new XMLStreamException("a text in " + charset + ", which cannot be written again");
    }
    Sidecar sidecar = new Sidecar(bytes, charset, text);
    sidecar.parse();
    return sidecar;
  }

  /** Returns a document without properties. */
  static Sidecar empty() {
    try {
      return of(EMPTY.getBytes(StandardCharsets.UTF_8));
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Charset charset(byte[] bytes) throws XMLStreamException {
    Charset wide = bytes.length < 2 ? null : UTF_16.get(List.of(bytes[0], bytes[1]));
    if (wide != null) {
      return wide;
    }
    int length = Math.min(bytes.length, MAX_DECLARATION);
    Matcher declared = ENCODING.matcher(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
    try {
      return declared.find() ? Charset.forName(declared.group(1)) : StandardCharsets.UTF_8;
    } catch (IllegalArgumentException e) {
      throw new XMLStreamException("unknown encoding " + declared.group(1), e);
    }
  }

  private void parse() throws XMLStreamException {
    LocatedXml at = new LocatedXml(text);
    Deque<Element> open = new ArrayDeque<>();
    while (at.hasNext()) {
      switch (at.next()) {
        case XMLStreamConstants.START_ELEMENT -> open.push(begin(at, open));
        case XMLStreamConstants.END_ELEMENT -> {
          Element element = open.pop();
          element.end = element.hasOneTag ? element.inside : at.from();
          element.to = at.to();
          KeywordProperty property = isProperty(open) ? property(at.xml()) : null;
          if (property != null) {
            add(property, Place.of(element));
          }
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
          Element element = open.peek();
          if (element != null && element.isKept) {
            element.content.append(at.xml().getText());
          }
        }
        default -> {} // comments and processing instructions
      }
    }
    if (rdf == null) {
      throw new XMLStreamException("it has no rdf:RDF of XMP");
    }
    if (subjects.size() > 1) {
      throw new XMLStreamException("it describes several files");
    }
  }

  /** Begins an element below the open ones. */
  private Element begin(LocatedXml at, Deque<Element> open) throws XMLStreamException {
    Element parent = open.peek();
    boolean isKept =
        parent != null && parent.isKept || isProperty(open) && property(at.xml()) != null;
    Element element = new Element(at, isKept);
    if (parent != null) {
      parent.lastChild = element.from;
      if (parent.isKept) {
        parent.children.add(element);
      }
    }
    boolean isTop = parent == null || (open.size() == 1 && parent.namespace.equals(XMP));
    if (isTop && element.is(RDF, "RDF")) {
      if (rdf != null) {
        throw new XMLStreamException("it has rdf:RDF twice");
      }
      rdf = element;
      keepPrefixes(at.xml());
    } else if (parent != null && parent == rdf) {
      beginNode(at.xml(), element);
    }
    return element;
  }

  private void beginNode(XMLStreamReader xml, Element node) throws XMLStreamException {
    for (String namespace : new String[] {RDF, null}) {
      String about = xml.getAttributeValue(namespace, "about");
      if (about != null && !about.isEmpty()) {
        subjects.add(about);
      }
    }
    for (KeywordProperty property : KeywordProperty.values()) {
      String keyword = xml.getAttributeValue(property.namespace(), property.key());
      if (keyword != null) {
        add(property, new Place(null, null, List.of(), List.of(keyword)));
      }
    }
    boolean isNamed =
        xml.getAttributeValue(RDF, "nodeID") != null || xml.getAttributeValue(RDF, "ID") != null;
    if (description == null && node.is(RDF, "Description") && !isNamed && !node.hasOneTag) {
      description = node;
      keepPrefixes(xml);
    }
  }

  private void keepPrefixes(XMLStreamReader xml) {
    prefixes.put("rdf", Objects.requireNonNullElse(xml.getNamespaceURI("rdf"), ""));
    for (KeywordProperty each : KeywordProperty.values()) {
      prefixes.put(
          each.prefix(), Objects.requireNonNullElse(xml.getNamespaceURI(each.prefix()), ""));
    }
  }

  private void add(KeywordProperty property, Place place) throws XMLStreamException {
    if (places.put(property, place) != null) {
      throw new XMLStreamException("it has " + property + " twice");
    }
  }

  /** Returns true if the next element is a property: its parent is a child of {@code rdf:RDF}. */
  private boolean isProperty(Deque<Element> open) {
    if (rdf == null || open.size() < 2) {
      return false;
    }
    Iterator<Element> above = open.iterator();
    above.next();
    return above.next() == rdf;
  }

  private static @Nullable KeywordProperty property(XMLStreamReader xml) {
    for (KeywordProperty each : KeywordProperty.values()) {
      if (each.key().equals(xml.getLocalName()) && each.namespace().equals(xml.getNamespaceURI())) {
        return each;
      }
    }
    return null;
  }

  /** Returns the keywords of a property. One that is no text is empty. */
  List<String> keywords(KeywordProperty property) {
    Place place = places.get(property);
    return place == null ? List.of() : place.texts;
  }

  /**
   * Returns the bytes of the document with other keywords. Those that stay keep their form.
   *
   * @param keywords all keywords of each property
   * @throws XMLStreamException if a property that changes is not a list
   */
  byte[] with(Map<KeywordProperty, List<String>> keywords) throws XMLStreamException {
    List<Edit> edits = new ArrayList<>();
    Map<KeywordProperty, List<String>> added = new EnumMap<>(KeywordProperty.class);
    for (KeywordProperty property : keywords.keySet()) {
      List<String> all = keywords.getOrDefault(property, List.of());
      List<String> obsolete = without(keywords(property), all);
      List<String> missing = without(all, keywords(property));
      if (places.containsKey(property) && !(obsolete.isEmpty() && missing.isEmpty())) {
        edits.addAll(edits(property, obsolete, missing, all));
      } else if (!missing.isEmpty()) {
        added.put(property, missing);
      }
    }
    if (!added.isEmpty()) {
      edits.add(insertion(added));
    }
    if (edits.isEmpty()) {
      return bytes;
    }
    byte[] changed = apply(edits).getBytes(charset);
    Sidecar after = of(changed);
    for (Map.Entry<KeywordProperty, List<String>> each : keywords.entrySet()) {
      if (!without(each.getValue(), after.keywords(each.getKey())).isEmpty()
          || !without(after.keywords(each.getKey()), each.getValue()).isEmpty()) {
        throw new XMLStreamException("it cannot hold the keywords " + each.getValue());
      }
    }
    return changed;
  }

  /** Returns the elements of a list that another does not have. Both may have equal ones. */
  private static List<String> without(List<String> all, List<String> others) {
    Map<String, Integer> counts = new HashMap<>();
    others.forEach(each -> counts.merge(each, 1, Integer::sum));
    return all.stream().filter(each -> counts.merge(each, -1, Integer::sum) < 0).toList();
  }

  /** Returns the edits of a property that is there. */
  private List<Edit> edits(
      KeywordProperty property, List<String> obsolete, List<String> missing, List<String> all)
      throws XMLStreamException {
    Place place = Objects.requireNonNull(places.get(property));
    Element element = place.element;
    if (element != null && all.isEmpty()) {
      return List.of(deletion(element));
    }
    if (element != null && place.list != null) {
      List<Edit> edits = new ArrayList<>();
      List<String> left = new ArrayList<>(obsolete);
      for (int i = place.items.size() - 1; i >= 0; i--) { // new ones are at the end
        if (left.remove(place.texts.get(i))) {
          edits.add(deletion(place.items.get(i)));
        }
      }
      if (!missing.isEmpty()) {
        Element list = place.list;
        String prefix = list.tag.substring(0, list.tag.length() - list.name.length());
        edits.add(insertion(list, items(prefix, missing, lineOfChild(list))));
      }
      return edits;
    }
    if (element != null && element.children.isEmpty() && element.isPlain) {
      String line = lineOfChild(element);
      String list = list(" xmlns:rdf=\"" + RDF + "\"", all, line) + line(element.from);
      return element.hasOneTag
          ? List.of(insertion(element, list))
          : List.of(new Edit(element.inside, element.end, list));
    }
    throw new XMLStreamException(property + " is not a list of keywords");
  }

  /** Deletes an element and the white space before it. */
  private Edit deletion(Element element) {
    int from = element.from;
    while (isSpace(text.charAt(from - 1))) {
      from--;
    }
    return new Edit(from, element.to, "");
  }

  /** Adds children to an element, behind the others. */
  private Edit insertion(Element element, String children) {
    if (element.hasOneTag) {
      String end = "</" + element.tag + ">";
      return new Edit(element.to - 2, element.to, ">" + children + line(element.from) + end);
    }
    int at = element.end;
    while (at > element.inside && isSpace(text.charAt(at - 1))) {
      at--;
    }
    return new Edit(at, at, children);
  }

  /** Adds properties to the first description, or to a new one. */
  private Edit insertion(Map<KeywordProperty, List<String>> properties) {
    Element node = description;
    if (node != null) {
      return insertion(node, properties(properties, lineOfChild(node)));
    }
    Element parent = Objects.requireNonNull(rdf);
    String line = lineOfChild(parent);
    String about = subjects.stream().findFirst().map(this::escaped).orElse("");
    return insertion(
        parent,
        line
            + "<rdf:Description%s rdf:about=\"%s\">".formatted(declaration("rdf", RDF), about)
            + properties(properties, deeper(line))
            + line
            + "</rdf:Description>");
  }

  private String properties(Map<KeywordProperty, List<String>> properties, String line) {
    StringBuilder xml = new StringBuilder();
    properties.forEach(
        (property, keywords) -> {
          String declarations =
              declaration(property.prefix(), property.namespace()) + declaration("rdf", RDF);
          xml.append(line).append('<').append(property).append(declarations).append('>');
          xml.append(list("", keywords, deeper(line)));
          xml.append(line).append("</").append(property).append('>');
        });
    return xml.toString();
  }

  private String list(String declaration, List<String> keywords, String line) {
    String items = items("rdf:", keywords, deeper(line));
    return line + "<rdf:Bag" + declaration + ">" + items + line + "</rdf:Bag>";
  }

  private String items(String prefix, List<String> keywords, String line) {
    StringBuilder xml = new StringBuilder();
    for (String each : keywords) {
      xml.append("%1$s<%2$sli>%3$s</%2$sli>".formatted(line, prefix, escaped(each)));
    }
    return xml.toString();
  }

  /** Returns the declaration of a prefix, unless it is declared already. */
  private String declaration(String prefix, String namespace) {
    return namespace.equals(prefixes.get(prefix))
        ? ""
        : " xmlns:%s=\"%s\"".formatted(prefix, namespace);
  }

  /** Returns the line break and indentation of a new child; empty if the text has none. */
  private String lineOfChild(Element parent) {
    return parent.lastChild < 0 ? deeper(line(parent.from)) : line(parent.lastChild);
  }

  private static String deeper(String line) {
    return line.isEmpty() ? "" : line + " ";
  }

  /** Returns the line break and the indentation before a position. */
  private String line(int position) {
    int from = position;
    while (from > 0 && isSpace(text.charAt(from - 1))) {
      from--;
    }
    int end = text.substring(from, position).lastIndexOf('\n');
    if (end < 0) {
      return "";
    }
    int begin = from + end;
    return text.substring(
        begin > from && text.charAt(begin - 1) == '\r' ? begin - 1 : begin, position);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  /** Returns a text as XML. Encodings other than Unicode have references instead of its letters. */
  private String escaped(String value) {
    boolean isUnicode = charset.name().startsWith("UTF-");
    StringBuilder xml = new StringBuilder();
    value
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> xml.append("&amp;");
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '"' -> xml.append("&quot;");
                default -> {
                  if (c < ' ' || (c > '~' && !isUnicode)) {
                    xml.append("&#").append(c).append(';');
                  } else {
                    xml.appendCodePoint(c);
                  }
                }
              }
            });
    return xml.toString();
  }

  private String apply(List<Edit> edits) {
    List<Edit> inOrder = new ArrayList<>(edits);
    inOrder.sort(Comparator.comparingInt(Edit::from));
    StringBuilder changed = new StringBuilder();
    int at = 0;
    for (Edit each : inOrder) {
      changed.append(text, at, each.from).append(each.replacement);
      at = each.to;
    }
    return changed.append(text, at, text.length()).toString();
  }
}
