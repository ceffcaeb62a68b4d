package io.kvapp.server.json;

import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns a part of YAML into JSON: block mappings and sequences, flow mappings and sequences of one
 * line, plain and quoted scalars of one line, and text folded by {@code >-}. Anything else in a
 * document is a mistake of its author, not of a client.
 *
 * <p>Not thread-safe.
 */
public final class PlainYaml {
  private static final String FOLDED = ">-";

  private record Line(int indent, String text) {}

  private final List<Line> lines = new ArrayList<>();
  private final StringBuilder json = new StringBuilder();
  private int at;

  private PlainYaml(String yaml) {
    for (String line : yaml.split("\n")) {
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        lines.add(new Line(line.indexOf(text), text));
      }
    }
  }

  /** The JSON of a document whose root is a mapping. */
  public static String toJson(String yaml) {
    PlainYaml document = new PlainYaml(yaml);
    document.block(0);
    return document.json.toString();
  }

  private void block(int indent) {
    if (isElement(lines.get(at))) {
      sequence(indent);
    } else {
      mapping(indent);
    }
  }

  private void mapping(int indent) {
    char separator = '{';
    while (at < lines.size() && lines.get(at).indent == indent && !isElement(lines.get(at))) {
      json.append(separator);
      separator = ',';
      String text = lines.get(at).text;
      int colon = colon(text);
      scalar(text.substring(0, colon), true);
      json.append(':');
      at++;
      value(text.substring(colon + 1).strip(), indent);
    }
    json.append('}');
  }

  private void sequence(int indent) {
    char separator = '[';
    while (at < lines.size() && lines.get(at).indent == indent && isElement(lines.get(at))) {
      json.append(separator);
      separator = ',';
      String text = lines.get(at).text.substring(2);
      if (isFlow(text) || colon(text) < 0) {
        at++;
        value(text, indent);
      } else {
        lines.set(at, new Line(indent + 2, text));
        mapping(indent + 2);
      }
    }
    json.append(']');
  }

  private void value(String text, int indent) {
    if (text.isEmpty()) {
      block(lines.get(at).indent);
    } else if (text.equals(FOLDED)) {
      List<String> folded = new ArrayList<>();
      while (at < lines.size() && lines.get(at).indent > indent) {
        folded.add(lines.get(at++).text);
      }
      json.append(new JsonPrimitive(String.join(" ", folded)));
    } else if (isFlow(text)) {
      flow(text, 0);
    } else {
      scalar(text, false);
    }
  }

  /** Writes the flow value that begins here; returns where it ends. */
  private int flow(String text, int from) {
    int index = from;
    if (!isFlow(text.substring(from))) {
      int to = endOfFlowScalar(text, from);
      scalar(text.substring(from, to).strip(), false);
      return to;
    }
    boolean isMapping = text.charAt(index++) == '{';
    json.append(isMapping ? '{' : '[');
    while (text.charAt(index) != (isMapping ? '}' : ']')) {
      if (text.charAt(index) == ',') {
        json.append(',');
        index++;
      }
      index = skipSpaces(text, index);
      if (isMapping && text.charAt(index) != '}') {
        int colon = index + colon(text.substring(index));
        scalar(text.substring(index, colon), true);
        json.append(':');
        index = skipSpaces(text, colon + 1);
      }
      if (text.charAt(index) != '}' && text.charAt(index) != ']') {
        index = flow(text, index);
      }
      index = skipSpaces(text, index);
    }
    json.append(isMapping ? '}' : ']');
    return index + 1;
  }

  private static int endOfFlowScalar(String text, int from) {
    if (text.charAt(from) == '"') {
      return text.indexOf('"', from + 1) + 1;
    }
    int to = from;
    while (",]}".indexOf(text.charAt(to)) < 0) {
      to++;
    }
    return to;
  }

  private void scalar(String text, boolean isName) {
    if (text.startsWith("\"")) {
      json.append(text);
    } else if (!isName && text.matches("-?\\d+|true|false|null")) {
      json.append(text);
    } else {
      json.append(new JsonPrimitive(text));
    }
  }

  /** Where the colon behind a name is; -1 if the text begins with none. */
  private static int colon(String text) {
    int from = text.startsWith("\"") ? text.indexOf('"', 1) : 0;
    int colon = text.indexOf(": ", from);
    return colon < 0 && text.endsWith(":") ? text.length() - 1 : colon;
  }

  private static int skipSpaces(String text, int from) {
    int index = from;
    while (text.charAt(index) == ' ') {
      index++;
    }
    return index;
  }

  private static boolean isElement(Line line) {
    return line.text.startsWith("- ");
  }

  private static boolean isFlow(String text) {
    return text.startsWith("{") || text.startsWith("[");
  }
}
