package io.kvapp.server.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FileFaultTest {
  @Test
  void reason_exceptionThatNamesTheFileOnly_isSaidInWords() {
    assertThat(FileFault.reason(new AccessDeniedException("f")))
        .isEqualTo("it may not be read or written by this user");
    assertThat(FileFault.reason(new NoSuchFileException("f")))
        .isEqualTo("there is no such file or folder");
    assertThat(FileFault.reason(new IOException("it is full"))).isEqualTo("it is full");
  }
}
