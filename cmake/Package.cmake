# `cmake --install` and `cpack -G DEB`: evenkeel_VERSION_ARCHITECTURE.deb with the sidecar, its unit,
# configuration, manual and documents. The backend is for demo and tests and is not in it.
include(GNUInstallDirs)

set(deploy ${PROJECT_SOURCE_DIR}/deploy)
set(documents ${CMAKE_INSTALL_DATADIR}/doc/evenkeel)

# install_compressed(FILE DESTINATION [NAME]): as Debian wants manuals and changelogs, with gzip -9n.
function(install_compressed file destination)
  get_filename_component(name ${file} NAME)
  if(ARGC GREATER 2)
    set(name ${ARGV2})
  endif()
  set(compressed ${PROJECT_BINARY_DIR}/package/${name}.gz)
  install(CODE "
    file(MAKE_DIRECTORY \"${PROJECT_BINARY_DIR}/package\")
    execute_process(COMMAND gzip -9nc \"${file}\" OUTPUT_FILE \"${compressed}\"
                    COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${compressed} DESTINATION ${destination})
endfunction()

install(TARGETS evenkeel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# The same service under a second name: each takes the listening sockets over from the other, so an
# upgrade is a start of one and then of the other (deploy/debian/postinst).
file(READ ${deploy}/systemd/evenkeel.service unit)
string(REPLACE "Description=Evenkeel," "Description=Evenkeel during an upgrade," unit "${unit}")
string(REGEX REPLACE "\n\\[Install\\].*" "" unit "${unit}")
file(WRITE ${PROJECT_BINARY_DIR}/package/evenkeel-upgrade.service "${unit}")
install(FILES ${deploy}/systemd/evenkeel.service ${deploy}/systemd/evenkeel.socket
              ${PROJECT_BINARY_DIR}/package/evenkeel-upgrade.service
        DESTINATION lib/systemd/system)
install(FILES ${deploy}/debian/evenkeel.yaml DESTINATION /etc/evenkeel)
install(FILES ${deploy}/debian/copyright DESTINATION ${documents})
install(DIRECTORY docs/ DESTINATION ${documents}
        FILES_MATCHING PATTERN "evenkeel.schema.json" PATTERN images EXCLUDE)
# Those that pages show; the others are the README's.
install(FILES docs/images/dashboard-dark.png DESTINATION ${documents}/images)
# The examples lie beside the documents there, and deploy/ is not at hand.
file(GLOB pages ${PROJECT_SOURCE_DIR}/docs/*.md)
list(FILTER pages EXCLUDE REGEX "/architecture\\.md$")
foreach(page ${pages})
  get_filename_component(name ${page} NAME)
  install(CODE "
    file(READ \"${page}\" text)
    string(REPLACE \"](../deploy/examples/\" \"](examples/\" text \"\${text}\")
    string(REPLACE \"[deploy/](../deploy)\" \"`deploy/` of the sources\" text \"\${text}\")
    file(WRITE \"${PROJECT_BINARY_DIR}/package/${name}\" \"\${text}\")")
  install(FILES ${PROJECT_BINARY_DIR}/package/${name} DESTINATION ${documents})
endforeach()
install(DIRECTORY ${deploy}/examples DESTINATION ${documents})
install(DIRECTORY ${deploy}/prometheus DESTINATION ${documents}/examples)
install(FILES ${deploy}/grafana/evenkeel.json DESTINATION ${documents}/examples/grafana)
install_compressed(${deploy}/man/evenkeel.1 ${CMAKE_INSTALL_MANDIR}/man1)
install_compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${documents} changelog)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME evenkeel)
set(CPACK_PACKAGE_VENDOR "The Evenkeel authors")
set(CPACK_PACKAGE_CONTACT "The Evenkeel authors <evenkeel@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "sidecar that balances every gRPC call over a service's replicas")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"gRPC clients keep one HTTP/2 connection, so a balancer that works on
 connections pins each client to one replica. Evenkeel takes that connection
 and picks a replica anew for every call, with a choice of policies, health
 checks, outlier detection, deadlines, a drain that loses no call, and metrics
 for Prometheus.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${deploy}/debian/postinst ${deploy}/debian/prerm ${deploy}/debian/postrm
  ${deploy}/debian/conffiles)
include(CPack)
