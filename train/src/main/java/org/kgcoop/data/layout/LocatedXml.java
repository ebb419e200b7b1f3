package org.kgcoop.data.layout;

import java.io.StringReader;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An XML parser with the places of the tags in the text, which a change needs to copy all other
 * characters. The parser of the JDK checks the text and reports the elements. It reports places
 * only roughly, so they are found here: in a text that the parser accepts, without a document type
 * declaration, tags are easy to tell from comments and texts.
 */
final class LocatedXml {
  private final XMLStreamReader xml;
  private final String text;

  /** The last tag, which is also the next one if it is of an empty element. */
  private int from;

  private int to;
  private boolean isAtEmptyElement;

  /** Reads a text. It may begin with a byte order mark. */
  LocatedXml(String text) throws XMLStreamException {
    this.text = text;
    to = text.startsWith("\ufeff") ? 1 : 0;
    int start = to;
    nextTag(); // rejects a document type before the parser reads it
    to = start;
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    xml = factory.createXMLStreamReader(new StringReader(text.substring(to)));
  }

  /** Returns the parser, for the properties of the event. */
  XMLStreamReader xml() {
    return xml;
  }

  /** Moves to the next event and returns its type. */
  int next() throws XMLStreamException {
    int event = nextEvent();
    if (event == XMLStreamConstants.START_ELEMENT) {
      findTag("<" + name());
      isAtEmptyElement = text.charAt(to - 2) == '/';
    } else if (event == XMLStreamConstants.END_ELEMENT) {
      if (!isAtEmptyElement) {
        findTag("</" + name());
      }
      isAtEmptyElement = false;
    }
    return event;
  }

  private int nextEvent() throws XMLStreamException {
    try {
      return xml.next();
    } catch (XMLStreamException | RuntimeException e) { // the parser throws both for damage
      int line = xml.getLocation().getLineNumber();
      throw new XMLStreamException("no well-formed XML in line " + line, e);
    }
  }

  boolean hasNext() throws XMLStreamException {
    return xml.hasNext();
  }

  /** Returns the position of the last tag. */
  int from() {
    return from;
  }

  /** Returns the position behind the last tag. */
  int to() {
    return to;
  }

  /** Returns true between the start and the end of an element that has a single tag. */
  boolean isAtEmptyElement() {
    return isAtEmptyElement;
  }

  /** Returns the name of the element, with its prefix. */
  String name() {
    String prefix = xml.getPrefix();
    return prefix == null || prefix.isEmpty()
        ? xml.getLocalName()
        : prefix + ":" + xml.getLocalName();
  }

  /** Finds the next tag, which must be the one that the parser reports. */
  private void findTag(String start) throws XMLStreamException {
    nextTag();
    int end = from + start.length();
    if (!text.startsWith(start, from) || " \t\r\n/>".indexOf(text.charAt(end)) < 0) {
      throw new XMLStreamException("the tag " + start + "> is not where it is expected");
    }
  }

  private void nextTag() throws XMLStreamException {
    while (true) {
      from = text.indexOf('<', to);
      if (text.startsWith("<!--", from)) {
        to = behind("-->", from + 4);
      } else if (text.startsWith("<![CDATA[", from)) {
        to = behind("]]>", from);
      } else if (text.startsWith("<?", from)) {
        to = behind("?>", from);
      } else if (from < 0) {
        throw unfinished();
      } else if (text.startsWith("<!", from)) {
        throw new XMLStreamException("it has a document type declaration; expected none");
      } else {
        to = endOfTag();
        return;
      }
    }
  }

  private int behind(String end, int start) throws XMLStreamException {
    int at = text.indexOf(end, start);
    if (at < 0) {
      throw unfinished();
    }
    return at + end.length();
  }

  /** Returns the position behind a tag. The value of an attribute may contain {@code >}. */
  private int endOfTag() throws XMLStreamException {
    char quote = 0;
    for (int at = from + 1; at < text.length(); at++) {
      char c = text.charAt(at);
      if (quote == 0 && c == '>') {
        return at + 1;
      }
      if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    throw unfinished();
  }

  private static XMLStreamException unfinished() {
    return new XMLStreamException("it ends too early");
  }
}
