# Links what lies in the package FROM into the folder TO, beside the extension that is there.
file(GLOB entries ${FROM}/*)
foreach(entry ${entries})
  get_filename_component(name ${entry} NAME)
  if(NOT name MATCHES "^_core.*so$|^__pycache__$" AND NOT EXISTS ${TO}/${name})
    file(CREATE_LINK ${entry} ${TO}/${name} SYMBOLIC)
  endif()
endforeach()
