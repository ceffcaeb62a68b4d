package io.kvapp.dbm;

import io.kvapp.KVException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * One line {@code 'key', (position, size)} of a {@code .dir} file.
 *
 * <p>The key is a Python string literal in Latin-1, whose characters are the bytes of the key. The
 * parser takes what the {@code repr} of Python and of IronPython writes, and spaces where Python
 * takes them; nothing else.
 *
 * <p>Used by one thread.
 */
final class DbmDumbLine {
  /** So that a file without line feeds takes little memory; keys outside the limits fit. */
  private static final int MAX_LINE_BYTES = 1 << 20;

  private final Path file;
  private byte[] text;
  private long offset;
  private long nextOffset;
  private int cursor;

  private byte[] key;
  private long position;
  private long size;

  DbmDumbLine(Path file) {
    this.file = file;
  }

  /** Reads and parses the next line; false at the end of the file. */
  boolean next(InputStream lines) throws IOException {
    offset = nextOffset;
    cursor = 0;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = lines.read();
    if (next < 0) {
      return false;
    }
    for (; next >= 0 && next != '\n'; next = lines.read()) {
      line.write(next);
      if (line.size() > MAX_LINE_BYTES) {
        throw corrupt("a line is longer than " + MAX_LINE_BYTES + " bytes");
      }
    }
    nextOffset = offset + line.size() + 1;
    text = line.toByteArray();
    parse();
    return true;
  }

  byte[] key() {
    return key;
  }

  long position() {
    return position;
  }

  long size() {
    return size;
  }

  /** Where the line begins in the file. */
  long offset() {
    return offset;
  }

  private void parse() {
    key = literal();
    expect(',');
    expect('(');
    position = number();
    expect(',');
    size = number();
    expect(')');
    skipSpaces();
    if (cursor < text.length) {
      throw corrupt("text stands behind the closing parenthesis");
    }
  }

  private byte[] literal() {
    int quote = take();
    if (quote == 'u') {
      quote = take(); // IronPython's strings are Unicode
    }
    if (quote != '\'' && quote != '"') {
      throw corrupt("a quote is expected at the beginning of a line");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int character = take(); character != quote; character = take()) {
      bytes.write(character == '\\' ? escape() : character);
    }
    return bytes.toByteArray();
  }

  private int escape() {
    int kind = take();
    return switch (kind) {
      case '\\', '\'', '"' -> kind;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'x' -> hexDigit() << 4 | hexDigit();
      case 'u' -> byteOfFourDigits();
      default -> throw corrupt("an escape that Python does not write");
    };
  }

  /** The character of four hexadecimal digits, which stands for a byte. */
  private int byteOfFourDigits() {
    int character = hexDigit() << 12 | hexDigit() << 8 | hexDigit() << 4 | hexDigit();
    if (character > 0xff) {
      throw corrupt("a character that stands for no byte");
    }
    return character;
  }

  private int hexDigit() {
    int digit = Character.digit(take(), 16);
    if (digit < 0) {
      throw corrupt("a hexadecimal digit is expected");
    }
    return digit;
  }

  private long number() {
    skipSpaces();
    long number = 0;
    int begin = cursor;
    while (cursor < text.length && text[cursor] >= '0' && text[cursor] <= '9') {
      number = number * 10 + (text[cursor++] - '0');
      if (cursor - begin > 18) {
        throw corrupt("a number is too large");
      }
    }
    if (cursor == begin) {
      throw corrupt("a number is expected");
    }
    return number;
  }

  private void expect(char expected) {
    skipSpaces();
    if (take() != expected) {
      throw corrupt("\"" + expected + "\" is expected");
    }
  }

  private void skipSpaces() {
    while (cursor < text.length && " \t\r".indexOf(text[cursor]) >= 0) {
      cursor++;
    }
  }

  private int take() {
    if (cursor == text.length) {
      throw corrupt("the line ends too early");
    }
    return text[cursor++] & 0xff;
  }

  private KVException.Corrupt corrupt(String what) {
    return new KVException.Corrupt(file, offset + cursor, what);
  }
}
