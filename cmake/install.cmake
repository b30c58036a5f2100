# cmake --install build/release --prefix /usr, and the package of `cpack -G DEB`.
include(GNUInstallDirs)
install(TARGETS vedette RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(CODE "
  foreach(shell bash zsh fish)
    execute_process(COMMAND ${CMAKE_BINARY_DIR}/vedette completions \${shell}
      OUTPUT_FILE ${CMAKE_BINARY_DIR}/vedette.\${shell} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()")
install(FILES ${CMAKE_BINARY_DIR}/vedette.bash RENAME vedette
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${CMAKE_BINARY_DIR}/vedette.zsh RENAME _vedette
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${CMAKE_BINARY_DIR}/vedette.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(DIRECTORY rules samples DESTINATION ${CMAKE_INSTALL_DATADIR}/vedette)
install(FILES deploy/vedette.service DESTINATION lib/systemd/system)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_PACKAGE_NAME vedette)
set(CPACK_PACKAGE_CONTACT "The Vedette authors <vedette@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Threat detection, triage and response from logs, in one binary")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
