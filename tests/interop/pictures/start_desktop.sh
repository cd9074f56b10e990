# A screen, a window manager and QGIS: sh start_desktop.sh FOLDER LANGUAGE
# FOLDER has the scripts and gets the pictures.
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$1/display" 2>/dev/null &
screen=$!
until [ -s "$1/display" ]; do sleep 0.1; done
export DISPLAY=":$(cat "$1/display")" HOME="$1/home" XDG_RUNTIME_DIR="$1/home"
mkdir -m 700 "$HOME"
openbox >/dev/null 2>&1 &
manager=$!
timeout 180 qgis --nologo --noversioncheck --noplugins --lang "$2" --profiles-path "$HOME/profiles" \
    --code "$1/desktop_chapters.py"
code=$?
kill $manager $screen
rm -rf "$HOME"
exit $code
