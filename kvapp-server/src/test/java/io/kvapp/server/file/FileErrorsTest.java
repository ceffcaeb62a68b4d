package io.kvapp.server.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FileErrorsTest {
  @Test
  void reason_exceptionThatNamesTheFileOnly_isSaidInWords() {
    assertThat(FileErrors.reason(new AccessDeniedException("f")))
        .isEqualTo("it may not be read or written by this user");
    assertThat(FileErrors.reason(new NoSuchFileException("f")))
        .isEqualTo("there is no such file or folder");
    assertThat(FileErrors.reason(new IOException("it is full"))).isEqualTo("it is full");
  }
}
