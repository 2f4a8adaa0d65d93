# Source this in ~/.bashrc. `work FOLDER` checks, and goes there if nothing is in the way.
work() {
  local folder="${1:-.}" code=0
  shift || true
  secretrail session "$folder" "$@" || code=$?
  case $code in
    0) cd "$folder" || return ;;
    3) echo "work: somebody did not answer, so nobody knows. \`cd $folder\` if you know better." >&2; return 3 ;;
    *) echo "work: mend that first, or \`cd $folder\` if you know better." >&2; return "$code" ;;
  esac
}
