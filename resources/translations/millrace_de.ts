<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Card</name>
    <message>
        <source>Point %1 of %2</source>
        <translation>Punkt %1 von %2</translation>
    </message>
    <message>
        <source>index</source>
        <translation>Index</translation>
    </message>
    <message>
        <source>position</source>
        <translation>Position</translation>
    </message>
    <message>
        <source>range</source>
        <translation>Entfernung</translation>
    </message>
    <message>
        <source>%1 pixel</source>
        <translation>%1, Pixel</translation>
    </message>
    <message>
        <source>behind the camera</source>
        <translation>hinter der Kamera</translation>
    </message>
    <message>
        <source> (outside of the image)</source>
        <translation> (außerhalb des Bildes)</translation>
    </message>
    <message>
        <source>Box %1 of %2</source>
        <translation>Box %1 von %2</translation>
    </message>
    <message>
        <source>%1, box %2 of %3</source>
        <translation>%1, Box %2 von %3</translation>
    </message>
    <message>
        <source>score</source>
        <translation>Güte</translation>
    </message>
    <message>
        <source>track</source>
        <translation>Spur</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>Mitte</translation>
    </message>
    <message>
        <source>frame</source>
        <translation>Bezugssystem</translation>
    </message>
    <message>
        <source>length, width, height</source>
        <translation>Länge, Breite, Höhe</translation>
    </message>
    <message>
        <source>yaw</source>
        <translation>Gierwinkel</translation>
    </message>
    <message>
        <source>points of %1</source>
        <translation>Punkte von %1</translation>
    </message>
</context>
<context>
    <name>Registry</name>
    <message>
        <source>3D</source>
        <translation>3D</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>Tensor</translation>
    </message>
    <message>
        <source>Plot</source>
        <translation>Kurven</translation>
    </message>
    <message>
        <source>Histogram</source>
        <translation>Histogramm</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>List</source>
        <translation>Liste</translation>
    </message>
    <message>
        <source>Cards</source>
        <translation>Karten</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>%1: "%2" and "%3"</source>
        <translation>%1: „%2“ und „%3“</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Looks into point clouds (.bin .pcd .ply .xyz .las), images, safetensors, run folders and KITTI folders. Several files of one folder become a sequence.</source>
        <translation>Zeigt Punktwolken (.bin .pcd .ply .xyz .las), Bilder, Safetensors, Laufordner und KITTI-Ordner. Mehrere Dateien eines Ordners werden zu einer Folge.</translation>
    </message>
    <message>
        <source>What to open.</source>
        <translation>Was geöffnet wird.</translation>
    </message>
    <message>
        <source>Write a picture of the window once all is shown, and end.</source>
        <translation>Schreibt ein Bild des Fensters, sobald alles zu sehen ist, und endet.</translation>
    </message>
    <message>
        <source>Size of the window.</source>
        <translation>Größe des Fensters.</translation>
    </message>
    <message>
        <source>dark, light or high-contrast.</source>
        <translation>dark (dunkel), light (hell) oder high-contrast (hoher Kontrast).</translation>
    </message>
    <message>
        <source>The item to begin with.</source>
        <translation>Der Eintrag, mit dem begonnen wird.</translation>
    </message>
    <message>
        <source>Tell how long the first whole picture took, and end.</source>
        <translation>Sagt, wie lange das erste vollständige Bild gebraucht hat, und endet.</translation>
    </message>
    <message>
        <source>Language of the window: en, %1; the system's without it.</source>
        <translation>Sprache des Fensters: en, %1; ohne Angabe die des Systems.</translation>
    </message>
</context>
<context>
    <name>millrace::view::Pane</name>
    <message>
        <source>Maximise (%1)</source>
        <translation>Maximieren (%1)</translation>
    </message>
    <message>
        <source>Close (%1)</source>
        <translation>Schließen (%1)</translation>
    </message>
    <message>
        <source>Restore (%1)</source>
        <translation>Wiederherstellen (%1)</translation>
    </message>
</context>
<context>
    <name>millrace::view::Window</name>
    <message>
        <source>%1 (items %2)</source>
        <translation>%1 (Einträge %2)</translation>
    </message>
    <message>
        <source>Millrace View</source>
        <translation>Millrace View</translation>
    </message>
    <message>
        <source>What is open</source>
        <translation>Was geöffnet ist</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Geöffnet</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>Drop clouds, images, run folders or KITTI folders here,
or open them with %1.</source>
        <translation>Punktwolken, Bilder, Lauf- oder KITTI-Ordner hierher ziehen
oder mit %1 öffnen.</translation>
    </message>
    <message>
        <source>Files have changed: reload (%1)</source>
        <translation>Dateien haben sich geändert: neu laden (%1)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open files…</source>
        <translation>Dateien &amp;öffnen…</translation>
    </message>
    <message>
        <source>Open clouds and images</source>
        <translation>Punktwolken und Bilder öffnen</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>O&amp;rdner öffnen…</translation>
    </message>
    <message>
        <source>Open a run, a KITTI folder, or a folder of files</source>
        <translation>Einen Lauf, einen KITTI-Ordner oder einen Ordner mit Dateien öffnen</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Reload</source>
        <translation>&amp;Neu laden</translation>
    </message>
    <message>
        <source>&amp;Picture of the window…</source>
        <translation>&amp;Bild des Fensters…</translation>
    </message>
    <message>
        <source>Save a picture of the window</source>
        <translation>Bild des Fensters speichern</translation>
    </message>
    <message>
        <source>PNG (*.png)</source>
        <translation>PNG (*.png)</translation>
    </message>
    <message>
        <source>%1 can't be written.</source>
        <translation>%1 kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>B&amp;eenden</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>&amp;High contrast</source>
        <translation>&amp;Hoher Kontrast</translation>
    </message>
    <message>
        <source>&amp;Panes</source>
        <translation>&amp;Bereiche</translation>
    </message>
    <message>
        <source>&amp;Reset layout</source>
        <translation>Anordnung &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>&amp;Vollbild</translation>
    </message>
    <message>
        <source>%1 – Millrace View</source>
        <translation>%1 – Millrace View</translation>
    </message>
    <message>
        <source>3D</source>
        <translation>3D</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 und %n weitere</numerusform>
            <numerusform>%1 und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing was opened yet</source>
        <translation>Noch nichts geöffnet</translation>
    </message>
    <message>
        <source>Remove what is &amp;missing</source>
        <translation>&amp;Fehlende entfernen</translation>
    </message>
    <message>
        <source>&amp;Clear the list</source>
        <translation>Liste &amp;leeren</translation>
    </message>
    <message>
        <source>&amp;Maximise or restore</source>
        <translation>&amp;Maximieren oder wiederherstellen</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Next pane</source>
        <translation>&amp;Nächster Bereich</translation>
    </message>
    <message>
        <source>&amp;Previous pane</source>
        <translation>&amp;Voriger Bereich</translation>
    </message>
    <message>
        <source>Move to the &amp;left</source>
        <translation>Nach &amp;links schieben</translation>
    </message>
    <message>
        <source>Move to the &amp;right</source>
        <translation>Nach &amp;rechts schieben</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>Nach &amp;oben schieben</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>Nach &amp;unten schieben</translation>
    </message>
    <message>
        <source>&amp;Arrange by the rule</source>
        <translation>Nach der Regel &amp;anordnen</translation>
    </message>
    <message>
        <source>Go to pane %1</source>
        <translation>Zu Bereich %1</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts…</source>
        <translation>&amp;Tastenkürzel…</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>beendet</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gescheitert</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>killed</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>%1 – %2</source>
        <translation>%1 – %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n item(s)</source>
        <translation>
            <numerusform>%1, %n Eintrag</numerusform>
            <numerusform>%1, %n Einträge</numerusform>
        </translation>
    </message>
    <message>
        <source>This is no longer there.</source>
        <translation>Das gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>The run has recorded nothing yet. What comes is shown here.</source>
        <translation>Der Lauf hat noch nichts aufgezeichnet. Was kommt, erscheint hier.</translation>
    </message>
    <message>
        <source>%1 can't be shown: there is no viewer for it.</source>
        <translation>%1 kann nicht gezeigt werden: Es gibt keine Anzeige dafür.</translation>
    </message>
    <message>
        <source>Everything is hidden: tick in the tree what to show.</source>
        <translation>Alles ist ausgeblendet: Im Baum ankreuzen, was zu sehen sein soll.</translation>
    </message>
    <message>
        <source>&amp;Boxes as lists</source>
        <translation>B&amp;oxen als Listen</translation>
    </message>
    <message>
        <source>C&amp;alibration</source>
        <translation>&amp;Kalibrierung</translation>
    </message>
    <message>
        <source>&amp;Colour points by camera</source>
        <translation>Punkte nach der Kamera &amp;färben</translation>
    </message>
    <message>
        <source>Each point gets the colour of the pixel it falls on (%1)</source>
        <translation>Jeder Punkt erhält die Farbe des Pixels, auf das er fällt (%1)</translation>
    </message>
    <message>
        <source>Bring the selection into &amp;sight</source>
        <translation>Auswahl ins Bl&amp;ickfeld holen</translation>
    </message>
    <message>
        <source>No image of this camera is shown.</source>
        <translation>Kein Bild dieser Kamera wird gezeigt.</translation>
    </message>
    <message>
        <source>No cloud of this camera's frame is shown.</source>
        <translation>Keine Punktwolke im Bezugssystem dieser Kamera wird gezeigt.</translation>
    </message>
    <message>
        <source>KITTI calibration (*.txt)</source>
        <translation>KITTI-Kalibrierung (*.txt)</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>Save the corrected calibration</source>
        <translation>Berichtigte Kalibrierung speichern</translation>
    </message>
    <message>
        <source>There is no camera to be saved.</source>
        <translation>Es gibt keine Kamera zu speichern.</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Co&amp;mpare</source>
        <translation>Ver&amp;gleich</translation>
    </message>
    <message>
        <source>Compares two wires number by number (F7)</source>
        <translation>Vergleicht zwei Leitungen Zahl für Zahl (F7)</translation>
    </message>
    <message>
        <source>%1 (sketches)</source>
        <translation>%1 (Skizzen)</translation>
    </message>
    <message>
        <source>%1 · %2 (sketches)</source>
        <translation>%1 · %2 (Skizzen)</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>%1 #%2</source>
        <translation>%1 #%2</translation>
    </message>
    <message>
        <source>The difference can't be shown: there is no viewer for it.</source>
        <translation>Der Unterschied kann nicht gezeigt werden: Es gibt keine Ansicht dafür.</translation>
    </message>
    <message>
        <source>%1 (sketches alone: compare with F7)</source>
        <translation>%1 (nur Skizzen: mit F7 vergleichen)</translation>
    </message>
    <message>
        <source>%1, item %2</source>
        <translation>%1, Eintrag %2</translation>
    </message>
    <message>
        <source>No camera with an image looks at the points shown.</source>
        <translation>Keine Kamera mit Bild blickt auf die gezeigten Punkte.</translation>
    </message>
    <message>
        <source>An item of %1 can't be shown.</source>
        <translation>Ein Eintrag von %1 kann nicht gezeigt werden.</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Background</name>
    <message>
        <source>There isn't enough memory for this.</source>
        <translation>Dafür reicht der Speicher nicht.</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::CloudPanel</name>
    <message>
        <source>%1 of %2 points</source>
        <translation>%1 von %2 Punkten</translation>
    </message>
    <message>
        <source>%1 points</source>
        <translation>%1 Punkte</translation>
    </message>
    <message>
        <source>1 box</source>
        <translation>1 Box</translation>
    </message>
    <message>
        <source>%1 boxes</source>
        <translation>%1 Boxen</translation>
    </message>
    <message>
        <source>%1 corners</source>
        <translation>%1 Ecken</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Ebenen</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Points and picture</source>
        <translation>Punkte und Bild</translation>
    </message>
    <message>
        <source>Picked</source>
        <translation>Ausgewählt</translation>
    </message>
    <message>
        <source>Crop box</source>
        <translation>Zuschneidebox</translation>
    </message>
    <message>
        <source>Views and pictures</source>
        <translation>Ansichten und Bilder</translation>
    </message>
    <message>
        <source>Show or fold away</source>
        <translation>Auf- oder zuklappen</translation>
    </message>
    <message>
        <source>Check marks show or hide a layer</source>
        <translation>Häkchen zeigen oder verbergen eine Ebene</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy these rows</source>
        <translation>Diese Zeilen kopieren</translation>
    </message>
    <message>
        <source>Export selection…</source>
        <translation>Auswahl exportieren…</translation>
    </message>
    <message>
        <source>Write the selected points to a file</source>
        <translation>Die ausgewählten Punkte in eine Datei schreiben</translation>
    </message>
    <message>
        <source>Write the selected points</source>
        <translation>Ausgewählte Punkte schreiben</translation>
    </message>
    <message>
        <source>Clouds (*.ply *.pcd *.xyz *.bin)</source>
        <translation>Punktwolken (*.ply *.pcd *.xyz *.bin)</translation>
    </message>
    <message>
        <source>Frame: %1</source>
        <translation>Bezugssystem: %1</translation>
    </message>
    <message>
        <source>Click a point or a label.</source>
        <translation>Einen Punkt oder eine Beschriftung anklicken.</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::CloudView</name>
    <message>
        <source>From above</source>
        <translation>Von oben</translation>
    </message>
    <message>
        <source>From the front</source>
        <translation>Von vorn</translation>
    </message>
    <message>
        <source>From the left</source>
        <translation>Von links</translation>
    </message>
    <message>
        <source>From the right</source>
        <translation>Von rechts</translation>
    </message>
    <message>
        <source>From behind</source>
        <translation>Von hinten</translation>
    </message>
    <message>
        <source>From below</source>
        <translation>Von unten</translation>
    </message>
    <message>
        <source>Oblique</source>
        <translation>Schräg</translation>
    </message>
    <message>
        <source>Perspective or parallel sight</source>
        <translation>Perspektivische oder parallele Sicht</translation>
    </message>
    <message>
        <source>Fit the window</source>
        <translation>Ins Fenster einpassen</translation>
    </message>
    <message>
        <source>Reset the view</source>
        <translation>Ansicht zurücksetzen</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>Gitter</translation>
    </message>
    <message>
        <source>Axes of the frames</source>
        <translation>Achsen der Bezugssysteme</translation>
    </message>
    <message>
        <source>Boxes, paths and cameras</source>
        <translation>Boxen, Pfade und Kameras</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Beschriftungen</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>Legende</translation>
    </message>
    <message>
        <source>Eye-dome lighting</source>
        <translation>Eye-Dome-Beleuchtung</translation>
    </message>
    <message>
        <source>Larger points</source>
        <translation>Größere Punkte</translation>
    </message>
    <message>
        <source>Smaller points</source>
        <translation>Kleinere Punkte</translation>
    </message>
    <message>
        <source>Point size in pixels or metres</source>
        <translation>Punktgröße in Pixeln oder Metern</translation>
    </message>
    <message>
        <source>Square or round points</source>
        <translation>Eckige oder runde Punkte</translation>
    </message>
    <message>
        <source>Next colouring</source>
        <translation>Nächste Einfärbung</translation>
    </message>
    <message>
        <source>Next colour map</source>
        <translation>Nächste Farbskala</translation>
    </message>
    <message>
        <source>Reverse the colour map</source>
        <translation>Farbskala umkehren</translation>
    </message>
    <message>
        <source>Look around and pick</source>
        <translation>Umsehen und auswählen</translation>
    </message>
    <message>
        <source>Measure a distance</source>
        <translation>Abstand messen</translation>
    </message>
    <message>
        <source>Measure a height</source>
        <translation>Höhe messen</translation>
    </message>
    <message>
        <source>Measure an angle</source>
        <translation>Winkel messen</translation>
    </message>
    <message>
        <source>Measure an area: double-click ends it</source>
        <translation>Fläche messen: Doppelklick beendet</translation>
    </message>
    <message>
        <source>Select a rectangle: Shift adds, Ctrl takes away</source>
        <translation>Rechteck auswählen: Umschalt fügt hinzu, Strg nimmt weg</translation>
    </message>
    <message>
        <source>Select with a lasso: Shift adds, Ctrl takes away</source>
        <translation>Mit dem Lasso auswählen: Umschalt fügt hinzu, Strg nimmt weg</translation>
    </message>
    <message>
        <source>Select nothing</source>
        <translation>Nichts auswählen</translation>
    </message>
    <message>
        <source>Select only what is seen</source>
        <translation>Nur Sichtbares auswählen</translation>
    </message>
    <message>
        <source>Crop to the selection, or show all again</source>
        <translation>Auf die Auswahl zuschneiden oder wieder alles zeigen</translation>
    </message>
    <message>
        <source>x %1, y %2, z %3 m</source>
        <translation>x %1, y %2, z %3 m</translation>
    </message>
    <message>
        <source>   %1, point %2</source>
        <translation>   %1, Punkt %2</translation>
    </message>
    <message>
        <source>There is no point here to measure from.</source>
        <translation>Hier liegt kein Punkt, von dem aus gemessen werden kann.</translation>
    </message>
    <message>
        <source>%1 of %2 points</source>
        <translation>%1 von %2 Punkten</translation>
    </message>
    <message>
        <source>no points</source>
        <translation>keine Punkte</translation>
    </message>
    <message>
        <source>%1 points</source>
        <translation>%1 Punkte</translation>
    </message>
    <message>
        <source>, %1 % drawn</source>
        <translation>, %1 % gezeichnet</translation>
    </message>
    <message>
        <source>%1 m</source>
        <translation>%1 m</translation>
    </message>
    <message>
        <source>%1 … %2, mean %3</source>
        <translation>%1 … %2, Mittel %3</translation>
    </message>
    <message>
        <source>no number</source>
        <translation>keine Zahl</translation>
    </message>
    <message>
        <source>%1 points selected</source>
        <translation>%1 Punkte ausgewählt</translation>
    </message>
    <message>
        <source>One point selected</source>
        <translation>Ein Punkt ausgewählt</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>middle</source>
        <translation>Mitte</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Select points first: the crop box goes round them.</source>
        <translation>Erst Punkte auswählen: Die Zuschneidebox legt sich um sie.</translation>
    </message>
    <message>
        <source>Clouds are written as .ply, .pcd, .xyz or .bin: give the file such an ending.</source>
        <translation>Punktwolken werden als .ply, .pcd, .xyz oder .bin geschrieben: der Datei eine solche Endung geben.</translation>
    </message>
    <message>
        <source>Select points first: a selection is what is written.</source>
        <translation>Erst Punkte auswählen: Geschrieben wird die Auswahl.</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
    <message>
        <source>Cloud</source>
        <translation>Punktwolke</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>Boxen</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>Pfad</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Kamera</translation>
    </message>
    <message>
        <source>Colours: %1</source>
        <translation>Farben: %1</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::CloudWorkspace</name>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>All commands of the view and their keys</source>
        <translation>Alle Befehle der Ansicht und ihre Tasten</translation>
    </message>
    <message>
        <source>Panel</source>
        <translation>Seitenleiste</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ColorSection</name>
    <message>
        <source>Reversed</source>
        <translation>Umgekehrt</translation>
    </message>
    <message>
        <source>Value of the map's low end</source>
        <translation>Wert am unteren Ende der Skala</translation>
    </message>
    <message>
        <source>Value of the map's high end</source>
        <translation>Wert am oberen Ende der Skala</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source>Colour…</source>
        <translation>Farbe…</translation>
    </message>
    <message>
        <source>What the colours stand for (C)</source>
        <translation>Wofür die Farben stehen (C)</translation>
    </message>
    <message>
        <source>Colour map (M)</source>
        <translation>Farbskala (M)</translation>
    </message>
    <message>
        <source>Reverse the colour map (Shift+M)</source>
        <translation>Farbskala umkehren (Umschalt+M)</translation>
    </message>
    <message>
        <source>Choose the ends by the values</source>
        <translation>Enden nach den Werten wählen</translation>
    </message>
    <message>
        <source>Colour by</source>
        <translation>Einfärben nach</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Skala</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ImageView</name>
    <message>
        <source>Fit the window</source>
        <translation>Ins Fenster einpassen</translation>
    </message>
    <message>
        <source>One to one</source>
        <translation>Eins zu eins</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Next channel</source>
        <translation>Nächster Kanal</translation>
    </message>
    <message>
        <source>Next colour map</source>
        <translation>Nächste Farbskala</translation>
    </message>
    <message>
        <source>Brighter</source>
        <translation>Heller</translation>
    </message>
    <message>
        <source>Darker</source>
        <translation>Dunkler</translation>
    </message>
    <message>
        <source>More gamma</source>
        <translation>Mehr Gamma</translation>
    </message>
    <message>
        <source>Less gamma</source>
        <translation>Weniger Gamma</translation>
    </message>
    <message>
        <source>Points over the image</source>
        <translation>Punkte über dem Bild</translation>
    </message>
    <message>
        <source>Boxes over the image</source>
        <translation>Boxen über dem Bild</translation>
    </message>
    <message>
        <source>Overlay more opaque</source>
        <translation>Überlagerung deckender</translation>
    </message>
    <message>
        <source>Overlay more transparent</source>
        <translation>Überlagerung durchsichtiger</translation>
    </message>
    <message>
        <source>Range from the values</source>
        <translation>Bereich nach den Werten</translation>
    </message>
    <message>
        <source>The image's size and its count of bytes don't match.</source>
        <translation>Größe des Bildes und Zahl seiner Bytes passen nicht zusammen.</translation>
    </message>
    <message>
        <source>x %1, y %2: %3</source>
        <translation>x %1, y %2: %3</translation>
    </message>
    <message>
        <source> · point %1 at %2 m</source>
        <translation> · Punkt %1 in %2 m</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Legend</name>
    <message>
        <source>One colour</source>
        <translation>Eine Farbe</translation>
    </message>
    <message>
        <source>Height, m</source>
        <translation>Höhe, m</translation>
    </message>
    <message>
        <source>Range, m</source>
        <translation>Entfernung, m</translation>
    </message>
    <message>
        <source>Intensity</source>
        <translation>Intensität</translation>
    </message>
    <message>
        <source>Ring</source>
        <translation>Ring</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Own colours</source>
        <translation>Eigene Farben</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::LookSection</name>
    <message>
        <source>Round</source>
        <translation>Rund</translation>
    </message>
    <message>
        <source>Eye-dome lighting</source>
        <translation>Eye-Dome-Beleuchtung</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>Gitter</translation>
    </message>
    <message>
        <source>Axes</source>
        <translation>Achsen</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>Boxen</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Beschriftungen</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>Legende</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>Pixel</translation>
    </message>
    <message>
        <source>metres</source>
        <translation>Meter</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Thema</translation>
    </message>
    <message>
        <source>Black</source>
        <translation>Schwarz</translation>
    </message>
    <message>
        <source>White</source>
        <translation>Weiß</translation>
    </message>
    <message>
        <source>Other…</source>
        <translation>Andere…</translation>
    </message>
    <message>
        <source>Size of the points (+ and −)</source>
        <translation>Größe der Punkte (+ und −)</translation>
    </message>
    <message>
        <source>Point size in pixels or metres (U)</source>
        <translation>Punktgröße in Pixeln oder Metern (U)</translation>
    </message>
    <message>
        <source>Square or round points (O)</source>
        <translation>Eckige oder runde Punkte (O)</translation>
    </message>
    <message>
        <source>Darkens points behind others near them (Shift+E)</source>
        <translation>Dunkelt Punkte hinter nahen anderen ab (Umschalt+E)</translation>
    </message>
    <message>
        <source>How strongly eye-dome lighting darkens</source>
        <translation>Wie stark die Eye-Dome-Beleuchtung abdunkelt</translation>
    </message>
    <message>
        <source>Grid (G)</source>
        <translation>Gitter (G)</translation>
    </message>
    <message>
        <source>Axes of the frames (X)</source>
        <translation>Achsen der Bezugssysteme (X)</translation>
    </message>
    <message>
        <source>Boxes, paths and cameras (B)</source>
        <translation>Boxen, Pfade und Kameras (B)</translation>
    </message>
    <message>
        <source>Labels (L)</source>
        <translation>Beschriftungen (L)</translation>
    </message>
    <message>
        <source>Legend (K)</source>
        <translation>Legende (K)</translation>
    </message>
    <message>
        <source>Point size</source>
        <translation>Punktgröße</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>Show only what lies in a box</source>
        <translation>Nur zeigen, was in einer Box liegt</translation>
    </message>
    <message>
        <source>Crop to the selection, or show all again (Shift+C)</source>
        <translation>Auf die Auswahl zuschneiden oder wieder alles zeigen (Umschalt+C)</translation>
    </message>
    <message>
        <source>Middle</source>
        <translation>Mitte</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Middle of the box along %1, m</source>
        <translation>Mitte der Box entlang %1, m</translation>
    </message>
    <message>
        <source>Size of the box along %1, m</source>
        <translation>Größe der Box entlang %1, m</translation>
    </message>
    <message>
        <source>Turn of the box about z, degrees</source>
        <translation>Drehung der Box um z, Grad</translation>
    </message>
    <message>
        <source>Turn, °</source>
        <translation>Drehung, °</translation>
    </message>
    <message>
        <source>Round the selection</source>
        <translation>Um die Auswahl</translation>
    </message>
    <message>
        <source>Crop to the selected points (Shift+C)</source>
        <translation>Auf die ausgewählten Punkte zuschneiden (Umschalt+C)</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::MeasureTool</name>
    <message>
        <source>area %1 m², level %2 m², round %3 m</source>
        <translation>Fläche %1 m², eben %2 m², Umfang %3 m</translation>
    </message>
    <message>
        <source>angle %1</source>
        <translation>Winkel %1</translation>
    </message>
    <message>
        <source>height %1 m</source>
        <translation>Höhe %1 m</translation>
    </message>
    <message>
        <source>distance %1 m, level %2 m, height %3 m</source>
        <translation>Abstand %1 m, eben %2 m, Höhe %3 m</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::RangeHistogram</name>
    <message>
        <source>Drag the ends of the colour map, or what lies between them</source>
        <translation>Die Enden der Farbskala ziehen oder das, was dazwischen liegt</translation>
    </message>
    <message>
        <source>no values</source>
        <translation>keine Werte</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Recorder</name>
    <message>
        <source>Another recording is under way.</source>
        <translation>Eine andere Aufnahme läuft bereits.</translation>
    </message>
    <message>
        <source>There is no view to record.</source>
        <translation>Es gibt keine Ansicht zum Aufnehmen.</translation>
    </message>
    <message>
        <source>A picture of %1 × %2 needs %3 GB of memory, %4 GB are free. Choose a smaller size.</source>
        <translation>Ein Bild von %1 × %2 braucht %3 GB Speicher, %4 GB sind frei. Eine kleinere Größe wählen.</translation>
    </message>
    <message>
        <source>Stopped after %1 of %2 frames: %3</source>
        <translation>Nach %1 von %2 Bildern angehalten: %3</translation>
    </message>
    <message>
        <source>Written: %1</source>
        <translation>Geschrieben: %1</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::SceneLayers</name>
    <message>
        <source>There is nothing to show.</source>
        <translation>Es gibt nichts zu zeigen.</translation>
    </message>
    <message>
        <source>The field "%1" doesn't have one value for each point.</source>
        <translation>Das Feld „%1“ hat nicht für jeden Punkt einen Wert.</translation>
    </message>
    <message>
        <source>This isn't something to show in space.</source>
        <translation>Das lässt sich nicht im Raum zeigen.</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Search for a command or a key</source>
        <translation>Befehl oder Taste suchen</translation>
    </message>
    <message>
        <source>Commands and their keys</source>
        <translation>Befehle und ihre Tasten</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::TableView</name>
    <message>
        <source>Show rows with … (%1)</source>
        <translation>Zeilen zeigen mit … (%1)</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtern</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>Tabelle</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Export as CSV</source>
        <translation>Als CSV exportieren</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n Zeile</numerusform>
            <numerusform>%n Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1; the whole has %2</source>
        <translation>%1; das Ganze hat %2</translation>
    </message>
    <message>
        <source>Export the rows shown</source>
        <translation>Die gezeigten Zeilen exportieren</translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation>CSV (*.csv)</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) written to %1</source>
        <translation>
            <numerusform>%n Zeile nach %1 geschrieben</numerusform>
            <numerusform>%n Zeilen nach %1 geschrieben</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 can't be written: %2</source>
        <translation>%1 kann nicht geschrieben werden: %2</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::TensorView</name>
    <message>
        <source>Next NaN or infinite value</source>
        <translation>Nächster NaN- oder unendlicher Wert</translation>
    </message>
    <message>
        <source>The slice has %1 values, not %2 × %3</source>
        <translation>Der Schnitt hat %1 Werte, nicht %2 × %3</translation>
    </message>
    <message>
        <source>%1 [%2]</source>
        <translation>%1 [%2]</translation>
    </message>
    <message>
        <source>  at [%1]</source>
        <translation>  bei [%1]</translation>
    </message>
    <message>
        <source>  ·  %1 × %2 shown  ·  min %3  max %4  mean %5</source>
        <translation>  ·  %1 × %2 gezeigt  ·  Min. %3  Max. %4  Mittel %5</translation>
    </message>
    <message>
        <source>  ·  %1 NaN or infinite</source>
        <translation>  ·  %1 NaN oder unendlich</translation>
    </message>
    <message>
        <source>row %1, column %2: %3</source>
        <translation>Zeile %1, Spalte %2: %3</translation>
    </message>
    <message>
        <source>All values are finite</source>
        <translation>Alle Werte sind endlich</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::TextView</name>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Find next</source>
        <translation>Weitersuchen</translation>
    </message>
    <message>
        <source>Find before</source>
        <translation>Rückwärts suchen</translation>
    </message>
    <message>
        <source>Wrap lines</source>
        <translation>Zeilen umbrechen</translation>
    </message>
    <message>
        <source>Close the search</source>
        <translation>Suche schließen</translation>
    </message>
    <message>
        <source>The first %1 of %2</source>
        <translation>Die ersten %1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation>
            <numerusform>%n Zeile</numerusform>
            <numerusform>%n Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>"%1" stands nowhere</source>
        <translation>„%1“ kommt nicht vor</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Timeline</name>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>First item</source>
        <translation>Erster Eintrag</translation>
    </message>
    <message>
        <source>Item before</source>
        <translation>Voriger Eintrag</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Next item</source>
        <translation>Nächster Eintrag</translation>
    </message>
    <message>
        <source>Last item</source>
        <translation>Letzter Eintrag</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Follow the newest</source>
        <translation>Dem neuesten folgen</translation>
    </message>
    <message>
        <source>item %1  (%2 of %3)</source>
        <translation>Eintrag %1  (%2 von %3)</translation>
    </message>
    <message>
        <source> /s</source>
        <translation> /s</translation>
    </message>
    <message>
        <source>Items a second</source>
        <translation>Einträge pro Sekunde</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>no items</source>
        <translation>keine Einträge</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::Viewer</name>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ViewsSection</name>
    <message>
        <source>Double-click shows a view, F2 renames it, Delete removes it</source>
        <translation>Doppelklick zeigt eine Ansicht, F2 benennt sie um, Entf entfernt sie</translation>
    </message>
    <message>
        <source>Remove this view</source>
        <translation>Diese Ansicht entfernen</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Merken</translation>
    </message>
    <message>
        <source>Keep the view as it stands</source>
        <translation>Die Ansicht merken, wie sie ist</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove the chosen view (Delete)</source>
        <translation>Die gewählte Ansicht entfernen (Entf)</translation>
    </message>
    <message>
        <source>Load…</source>
        <translation>Laden…</translation>
    </message>
    <message>
        <source>Views from a file</source>
        <translation>Ansichten aus einer Datei</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Speichern…</translation>
    </message>
    <message>
        <source>Views to a file</source>
        <translation>Ansichten in eine Datei</translation>
    </message>
    <message>
        <source>Width of pictures, pixels</source>
        <translation>Breite der Bilder, Pixel</translation>
    </message>
    <message>
        <source>Height of pictures, pixels</source>
        <translation>Höhe der Bilder, Pixel</translation>
    </message>
    <message>
        <source>Frames of a turn, or from one view to the next</source>
        <translation>Bilder je Umrundung oder von einer Ansicht zur nächsten</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>Aufnahme anhalten</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Screenshot…</source>
        <translation>Bildschirmfoto…</translation>
    </message>
    <message>
        <source>One picture of this size</source>
        <translation>Ein Bild in dieser Größe</translation>
    </message>
    <message>
        <source>Turn…</source>
        <translation>Umrundung…</translation>
    </message>
    <message>
        <source>Once about the target, as numbered pictures</source>
        <translation>Einmal um das Ziel, als nummerierte Bilder</translation>
    </message>
    <message>
        <source>Flight…</source>
        <translation>Flug…</translation>
    </message>
    <message>
        <source>Through the kept views, as numbered pictures</source>
        <translation>Durch die gemerkten Ansichten, als nummerierte Bilder</translation>
    </message>
    <message>
        <source>View %1</source>
        <translation>Ansicht %1</translation>
    </message>
    <message>
        <source>Keep at least two views first: the flight goes through them.</source>
        <translation>Erst mindestens zwei Ansichten merken: Der Flug führt durch sie.</translation>
    </message>
    <message>
        <source>Folder for the pictures</source>
        <translation>Ordner für die Bilder</translation>
    </message>
    <message>
        <source>Save the picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg)</source>
        <translation>Bilder (*.png *.jpg)</translation>
    </message>
    <message>
        <source>Views (*.json)</source>
        <translation>Ansichten (*.json)</translation>
    </message>
    <message>
        <source>Save the views</source>
        <translation>Ansichten speichern</translation>
    </message>
    <message>
        <source>Load views</source>
        <translation>Ansichten laden</translation>
    </message>
</context>
<context>
    <name>millrace::viewers::ViewerStack</name>
    <message>
        <source>Next viewer of this item</source>
        <translation>Nächste Ansicht dieses Eintrags</translation>
    </message>
    <message>
        <source>Show it as %1 (Ctrl+Shift+V: the next)</source>
        <translation>Als %1 zeigen (Strg+Umschalt+V: die nächste Ansicht)</translation>
    </message>
</context>
<context>
    <name>millrace::view::CalibrationPanel</name>
    <message>
        <source>Calibration</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>The camera whose pose is corrected</source>
        <translation>Die Kamera, deren Lage berichtigt wird</translation>
    </message>
    <message>
        <source>Colour points by camera</source>
        <translation>Punkte nach der Kamera färben</translation>
    </message>
    <message>
        <source>camera_from_lidar_corrected = delta · camera_from_lidar, about the camera's own axes: x right, y down, z ahead. Roll turns about z, then pitch about x, then yaw about y. Holds for all items while the window is open.</source>
        <translation>camera_from_lidar_corrected = delta · camera_from_lidar, um die Achsen der Kamera selbst: x nach rechts, y nach unten, z nach vorn. Rollen dreht um z, danach Nicken um x, danach Gieren um y. Gilt für alle Einträge, solange das Fenster offen ist.</translation>
    </message>
    <message>
        <source>x</source>
        <translation>x</translation>
    </message>
    <message>
        <source>y</source>
        <translation>y</translation>
    </message>
    <message>
        <source>z</source>
        <translation>z</translation>
    </message>
    <message>
        <source>Moves the points to the right in the camera's frame</source>
        <translation>Schiebt die Punkte im Bezugssystem der Kamera nach rechts</translation>
    </message>
    <message>
        <source>Moves the points down in the camera's frame</source>
        <translation>Schiebt die Punkte im Bezugssystem der Kamera nach unten</translation>
    </message>
    <message>
        <source>Moves the points away from the camera</source>
        <translation>Schiebt die Punkte von der Kamera weg</translation>
    </message>
    <message>
        <source>Roll</source>
        <translation>Rollen</translation>
    </message>
    <message>
        <source>Turns about the camera's z axis: clockwise in the image</source>
        <translation>Dreht um die z-Achse der Kamera: im Bild im Uhrzeigersinn</translation>
    </message>
    <message>
        <source>Pitch</source>
        <translation>Nicken</translation>
    </message>
    <message>
        <source>Turns about the camera's x axis: points move up in the image</source>
        <translation>Dreht um die x-Achse der Kamera: Punkte wandern im Bild nach oben</translation>
    </message>
    <message>
        <source>Yaw</source>
        <translation>Gieren</translation>
    </message>
    <message>
        <source>Turns about the camera's y axis: points move right in the image</source>
        <translation>Dreht um die y-Achse der Kamera: Punkte wandern im Bild nach rechts</translation>
    </message>
    <message>
        <source>±5°, steps of 0.05°, with Ctrl 0.005°</source>
        <translation>±5°, Schritte von 0,05°, mit Strg 0,005°</translation>
    </message>
    <message>
        <source>±0.5 m, steps of 5 mm, with Ctrl 0.5 mm</source>
        <translation>±0,5 m, Schritte von 5 mm, mit Strg 0,5 mm</translation>
    </message>
    <message>
        <source>°</source>
        <translation>°</translation>
    </message>
    <message>
        <source> m</source>
        <translation> m</translation>
    </message>
    <message>
        <source>Scores along %1</source>
        <translation>Güte entlang %1</translation>
    </message>
    <message>
        <source>The score along this axis, all others as they are.
Line: the present value; dot: the greatest score. All six plots have one scale.</source>
        <translation>Die Güte entlang dieser Achse, alle anderen bleiben, wie sie sind.
Strich: der jetzige Wert; Punkt: die größte Güte. Alle sechs Kurven haben denselben Maßstab.</translation>
    </message>
    <message>
        <source>Edge alignment</source>
        <translation>Deckung der Kanten</translation>
    </message>
    <message>
        <source>Edge alignment score</source>
        <translation>Güte der Kantendeckung</translation>
    </message>
    <message>
        <source>How strong the image's edges are where the cloud's leaps in range fall, in standard deviations over the image.
0: as good as chance; more is better. Comparable between poses of the same items alone.</source>
        <translation>Wie stark die Kanten des Bildes dort sind, wohin die Entfernungssprünge der Punktwolke fallen, in Standardabweichungen über das Bild.
0: so gut wie zufällig; mehr ist besser. Vergleichbar nur zwischen Lagen derselben Einträge.</translation>
    </message>
    <message>
        <source>use </source>
        <translation>mit </translation>
    </message>
    <message numerus="yes">
        <source> item(s)</source>
        <translation>
            <numerusform> Eintrag</numerusform>
            <numerusform> Einträgen</numerusform>
        </translation>
    </message>
    <message>
        <source>Items that are scored</source>
        <translation>Einträge, die bewertet werden</translation>
    </message>
    <message>
        <source>Scores this many items together, from the present one on.
One item often can't tell a shift from a turn; several can.</source>
        <translation>Bewertet so viele Einträge gemeinsam, vom jetzigen an.
Ein einzelner kann eine Verschiebung oft nicht von einer Drehung unterscheiden; mehrere können es.</translation>
    </message>
    <message>
        <source>Improve</source>
        <translation>Verbessern</translation>
    </message>
    <message>
        <source>Looks for a better score near this pose, never beyond the sliders</source>
        <translation>Sucht nahe dieser Lage nach einer besseren Güte, nie jenseits der Regler</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Back to the calibration as it was read</source>
        <translation>Zurück zur Kalibrierung, wie sie gelesen wurde</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Takes the last step back</source>
        <translation>Nimmt den letzten Schritt zurück</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Takes the step again</source>
        <translation>Macht den Schritt noch einmal</translation>
    </message>
    <message>
        <source>Save corrected calibration…</source>
        <translation>Berichtigte Kalibrierung speichern…</translation>
    </message>
    <message>
        <source>KITTI: the calibration file with a new pose of the LiDAR; otherwise JSON</source>
        <translation>KITTI: die Kalibrierdatei mit neuer Lage des LiDAR; sonst JSON</translation>
    </message>
    <message>
        <source>roll</source>
        <translation>Rollen</translation>
    </message>
    <message>
        <source>pitch</source>
        <translation>Nicken</translation>
    </message>
    <message>
        <source>No camera is open.</source>
        <translation>Keine Kamera ist offen.</translation>
    </message>
    <message>
        <source>Finding edges in cloud and image…</source>
        <translation>Kanten in Punktwolke und Bild werden gesucht…</translation>
    </message>
    <message>
        <source>There is no cloud with an image of this camera.</source>
        <translation>Es gibt keine Punktwolke mit einem Bild dieser Kamera.</translation>
    </message>
    <message>
        <source>Too few edges for a score: %1 of the cloud's fall into the image, %2 are needed.</source>
        <translation>Zu wenige Kanten für eine Bewertung: %1 der Punktwolke fallen ins Bild, %2 sind nötig.</translation>
    </message>
    <message numerus="yes">
        <source>%1 edges in %n item(s)</source>
        <translation>
            <numerusform>%1 Kanten in %n Eintrag</numerusform>
            <numerusform>%1 Kanten in %n Einträgen</numerusform>
        </translation>
    </message>
    <message>
        <source>as read · %1</source>
        <translation>wie gelesen · %1</translation>
    </message>
    <message>
        <source>%1 to the original · %2</source>
        <translation>%1 gegenüber dem Original · %2</translation>
    </message>
    <message>
        <source>Plotting…</source>
        <translation>Kurven werden gezeichnet…</translation>
    </message>
    <message>
        <source>At the peak along each of the six axes.</source>
        <translation>Entlang jeder der sechs Achsen am Höchstwert.</translation>
    </message>
    <message>
        <source>Better along one axis: %1</source>
        <translation>Entlang einer Achse besser: %1</translation>
    </message>
    <message>
        <source> or </source>
        <translation> oder </translation>
    </message>
    <message>
        <source>Stopped; nothing was changed.</source>
        <translation>Angehalten; nichts wurde geändert.</translation>
    </message>
    <message>
        <source>No better pose was found near this one.</source>
        <translation>In der Nähe dieser Lage wurde keine bessere gefunden.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>millrace::view::ComparePanel</name>
    <message>
        <source>Comparison of two wires</source>
        <translation>Vergleich zweier Leitungen</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>The wire that is the reference</source>
        <translation>Die Leitung, die als Bezug dient</translation>
    </message>
    <message>
        <source>The wire that is compared with it</source>
        <translation>Die Leitung, die damit verglichen wird</translation>
    </message>
    <message>
        <source>Exchange A and B (X)</source>
        <translation>A und B tauschen (X)</translation>
    </message>
    <message>
        <source>Exchange A and B</source>
        <translation>A und B tauschen</translation>
    </message>
    <message>
        <source>Absolute tolerance</source>
        <translation>Absolute Toleranz</translation>
    </message>
    <message>
        <source>Numbers agree when |a − b| ≤ atol + rtol · |a|</source>
        <translation>Zahlen stimmen überein, wenn |a − b| ≤ atol + rtol · |a|</translation>
    </message>
    <message>
        <source>Relative tolerance</source>
        <translation>Relative Toleranz</translation>
    </message>
    <message>
        <source>Offset of B's items</source>
        <translation>Versatz der Einträge von B</translation>
    </message>
    <message>
        <source>Item n of A is compared with item n + offset of B, which may be the same wire</source>
        <translation>Eintrag n von A wird mit Eintrag n + Versatz von B verglichen; B darf dieselbe Leitung sein</translation>
    </message>
    <message>
        <source>Radius of matching</source>
        <translation>Radius der Zuordnung</translation>
    </message>
    <message>
        <source>How far apart points may be that are matched where counts or order differ</source>
        <translation>Wie weit Punkte auseinander liegen dürfen, die bei anderer Anzahl oder Reihenfolge einander zugeordnet werden</translation>
    </message>
    <message>
        <source>NaN agrees with NaN</source>
        <translation>NaN stimmt mit NaN überein</translation>
    </message>
    <message>
        <source>atol</source>
        <translation>atol</translation>
    </message>
    <message>
        <source>rtol</source>
        <translation>rtol</translation>
    </message>
    <message>
        <source>Offset</source>
        <translation>Versatz</translation>
    </message>
    <message>
        <source>Radius</source>
        <translation>Radius</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>max |a − b|</source>
        <translation>max |a − b|</translation>
    </message>
    <message>
        <source>max relative</source>
        <translation>max relativ</translation>
    </message>
    <message>
        <source>mean |a − b|</source>
        <translation>Mittel |a − b|</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>Kosinus</translation>
    </message>
    <message>
        <source>compared</source>
        <translation>verglichen</translation>
    </message>
    <message>
        <source>beyond</source>
        <translation>darüber</translation>
    </message>
    <message>
        <source>only in A</source>
        <translation>nur in A</translation>
    </message>
    <message>
        <source>only in B</source>
        <translation>nur in B</translation>
    </message>
    <message>
        <source>Show worst</source>
        <translation>Schlechtestes zeigen</translation>
    </message>
    <message>
        <source>Goes to the chosen element in both viewers</source>
        <translation>Geht in beiden Ansichten zum gewählten Element</translation>
    </message>
    <message>
        <source>Next worst</source>
        <translation>Nächstes schlechtestes</translation>
    </message>
    <message>
        <source>Worst before</source>
        <translation>Voriges schlechtestes</translation>
    </message>
    <message>
        <source>Show difference</source>
        <translation>Unterschied zeigen</translation>
    </message>
    <message>
        <source>Opens the difference as a pane</source>
        <translation>Öffnet den Unterschied in einem eigenen Bereich</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Writes what was compared as CSV or JSON</source>
        <translation>Schreibt, was verglichen wurde, als CSV oder JSON</translation>
    </message>
    <message>
        <source>Write the comparison</source>
        <translation>Vergleich schreiben</translation>
    </message>
    <message>
        <source>CSV (*.csv);;JSON (*.json)</source>
        <translation>CSV (*.csv);;JSON (*.json)</translation>
    </message>
    <message>
        <source>A tolerance is a number from 0, such as 1e-5.</source>
        <translation>Eine Toleranz ist eine Zahl ab 0, etwa 1e-5.</translation>
    </message>
    <message>
        <source>%1 dB</source>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>Open runs, folders or files to compare them.</source>
        <translation>Läufe, Ordner oder Dateien öffnen, um sie zu vergleichen.</translation>
    </message>
    <message>
        <source>Choose two wires, or one and an offset between its items.</source>
        <translation>Zwei Leitungen wählen, oder eine und einen Versatz zwischen ihren Einträgen.</translation>
    </message>
    <message>
        <source> (estimated from sketches)</source>
        <translation> (aus Skizzen geschätzt)</translation>
    </message>
    <message>
        <source>: %1 of %2 differ</source>
        <translation>: %1 von %2 weichen ab</translation>
    </message>
    <message>
        <source>, bit for bit</source>
        <translation>, Bit für Bit</translation>
    </message>
    <message>
        <source>item %1</source>
        <translation>Eintrag %1</translation>
    </message>
    <message>
        <source>item %1 with %2</source>
        <translation>Eintrag %1 mit %2</translation>
    </message>
    <message>
        <source>%1 items: %2 equal, %3 within tolerance, %4 beyond, %5 not comparable</source>
        <translation>%1 Einträge: %2 gleich, %3 innerhalb der Toleranz, %4 darüber, %5 nicht vergleichbar</translation>
    </message>
    <message>
        <source>Choose A and B of two runs that recorded the same outputs.</source>
        <translation>A und B aus zwei Läufen wählen, die dieselben Ausgänge aufgezeichnet haben.</translation>
    </message>
    <message numerus="yes">
        <source>%n wire(s) stand in both.</source>
        <translation>
            <numerusform>%n Leitung steht in beiden.</numerusform>
            <numerusform>%n Leitungen stehen in beiden.</numerusform>
        </translation>
    </message>
    <message>
        <source>No wire differs.</source>
        <translation>Keine Leitung weicht ab.</translation>
    </message>
    <message>
        <source>The first wire that differs: %1</source>
        <translation>Die erste Leitung, die abweicht: %1</translation>
    </message>
    <message>
        <source>%1 against %2</source>
        <translation>%1 gegen %2</translation>
    </message>
    <message>
        <source>%1: A %2, B %3</source>
        <translation>%1: A %2, B %3</translation>
    </message>
    <message>
        <source>%1 − %2</source>
        <translation>%1 − %2</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
    <message>
        <source>|a − b|</source>
        <translation>|a − b|</translation>
    </message>
    <message>
        <source>Worst elements</source>
        <translation>Schlechteste Elemente</translation>
    </message>
    <message>
        <source>N and Shift+N step through, Enter shows the element</source>
        <translation>N und Umschalt+N gehen sie durch, Eingabe zeigt das Element</translation>
    </message>
    <message>
        <source>Worst</source>
        <translation>Schlechteste</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>Teil</translation>
    </message>
    <message>
        <source>SQNR dB</source>
        <translation>SQNR dB</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>Teile</translation>
    </message>
    <message>
        <source>Check all items</source>
        <translation>Alle Einträge prüfen</translation>
    </message>
    <message>
        <source>Compares every item of A and B</source>
        <translation>Vergleicht jeden Eintrag von A und B</translation>
    </message>
    <message>
        <source>Item</source>
        <translation>Eintrag</translation>
    </message>
    <message>
        <source>Items that differ</source>
        <translation>Einträge, die abweichen</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>Einträge</translation>
    </message>
    <message>
        <source>Check all wires of both runs</source>
        <translation>Alle Leitungen beider Läufe prüfen</translation>
    </message>
    <message>
        <source>Compares all items of all wires that both runs have</source>
        <translation>Vergleicht alle Einträge aller Leitungen, die beide Läufe haben</translation>
    </message>
    <message>
        <source>In the graph's order</source>
        <translation>In der Reihenfolge des Graphen</translation>
    </message>
    <message>
        <source>Largest error first</source>
        <translation>Größter Fehler zuerst</translation>
    </message>
    <message>
        <source>Order of the wires</source>
        <translation>Reihenfolge der Leitungen</translation>
    </message>
    <message>
        <source>Wire</source>
        <translation>Leitung</translation>
    </message>
    <message>
        <source>How</source>
        <translation>Wie</translation>
    </message>
    <message>
        <source>Wires of both runs</source>
        <translation>Leitungen beider Läufe</translation>
    </message>
    <message>
        <source>A double click compares the wire</source>
        <translation>Ein Doppelklick vergleicht die Leitung</translation>
    </message>
    <message>
        <source>Wires</source>
        <translation>Leitungen</translation>
    </message>
    <message>
        <source>item %v of %m</source>
        <translation>Eintrag %v von %m</translation>
    </message>
</context>
<context>
    <name>millrace::view::ComparePlot</name>
    <message>
        <source>Largest error of each item</source>
        <translation>Größter Fehler jedes Eintrags</translation>
    </message>
    <message>
        <source>No items are checked yet.</source>
        <translation>Noch sind keine Einträge geprüft.</translation>
    </message>
    <message>
        <source>largest |a − b| %1</source>
        <translation>größtes |a − b| %1</translation>
    </message>
    <message>
        <source>item %1: %2, largest |a − b| %3</source>
        <translation>Eintrag %1: %2, größtes |a − b| %3</translation>
    </message>
</context>
<context>
    <name>Comparison</name>
    <message>
        <source>: %1 against %2</source>
        <translation>: %1 gegen %2</translation>
    </message>
    <message>
        <source>Neither item holds anything that can be compared.</source>
        <translation>Keiner der Einträge enthält etwas, das sich vergleichen lässt.</translation>
    </message>
    <message>
        <source>%1 visuals against %2</source>
        <translation>%1 Darstellungen gegen %2</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>genau</translation>
    </message>
    <message>
        <source>equal hashes</source>
        <translation>gleiche Prüfsummen</translation>
    </message>
    <message>
        <source>estimated from sketches</source>
        <translation>aus Skizzen geschätzt</translation>
    </message>
    <message>
        <source>%1 has no item %2</source>
        <translation>%1 hat keinen Eintrag %2</translation>
    </message>
    <message>
        <source>%1 has no such item</source>
        <translation>%1 hat keinen solchen Eintrag</translation>
    </message>
    <message>
        <source>One of the runs kept a sketch of it alone, the other none.</source>
        <translation>Einer der Läufe hat davon nur eine Skizze behalten, der andere keine.</translation>
    </message>
    <message>
        <source>the whole</source>
        <translation>das Ganze</translation>
    </message>
    <message>
        <source>pixel %1, %2, channel %3</source>
        <translation>Pixel %1, %2, Kanal %3</translation>
    </message>
    <message>
        <source>point %1</source>
        <translation>Punkt %1</translation>
    </message>
    <message>
        <source>box %1</source>
        <translation>Box %1</translation>
    </message>
    <message>
        <source>element %1</source>
        <translation>Element %1</translation>
    </message>
    <message>
        <source>row %1, column %2</source>
        <translation>Zeile %1, Spalte %2</translation>
    </message>
    <message>
        <source>row %1</source>
        <translation>Zeile %1</translation>
    </message>
    <message>
        <source>line %1, column %2</source>
        <translation>Zeile %1, Spalte %2</translation>
    </message>
    <message>
        <source>token %1</source>
        <translation>Token %1</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source> (B: %1)</source>
        <translation> (B: %1)</translation>
    </message>
    <message>
        <source>%1, only in A</source>
        <translation>%1, nur in A</translation>
    </message>
    <message>
        <source>%1, only in B</source>
        <translation>%1, nur in B</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>(empty)</source>
        <translation>(leer)</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>gleich</translation>
    </message>
    <message>
        <source>within tolerance</source>
        <translation>innerhalb der Toleranz</translation>
    </message>
    <message>
        <source>beyond tolerance</source>
        <translation>außerhalb der Toleranz</translation>
    </message>
    <message>
        <source>can't be compared</source>
        <translation>nicht vergleichbar</translation>
    </message>
</context>
<context>
    <name>millrace::view::Plots</name>
    <message>
        <source>Plots</source>
        <translation>Kurven</translation>
    </message>
</context>
<context>
    <name>EditorWindow</name>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>Inspektor</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Viewer</source>
        <translation>Betrachter</translation>
    </message>
    <message>
        <source>Problems (%1)</source>
        <translation>Probleme (%1)</translation>
    </message>
    <message>
        <source>&amp;New</source>
        <translation>&amp;Neu</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open a graph</source>
        <translation>Einen Graphen öffnen</translation>
    </message>
    <message>
        <source>Graphs (*.json)</source>
        <translation>Graphen (*.json)</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>Speichern &amp;unter…</translation>
    </message>
    <message>
        <source>Earlier &amp;versions</source>
        <translation>Frühere &amp;Fassungen</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <source>The clipboard holds no nodes: %1</source>
        <translation>In der Zwischenablage sind keine Knoten: %1</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>&amp;Ausschneiden</translation>
    </message>
    <message>
        <source>Cut</source>
        <translation>Ausschneiden</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Einfügen</translation>
    </message>
    <message>
        <source>Paste with &amp;inputs</source>
        <translation>Mit E&amp;ingängen einfügen</translation>
    </message>
    <message>
        <source>&amp;Duplicate</source>
        <translation>&amp;Verdoppeln</translation>
    </message>
    <message>
        <source>D&amp;elete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Ausführen</translation>
    </message>
    <message>
        <source>Run to &amp;selection</source>
        <translation>Bis zur Aus&amp;wahl ausführen</translation>
    </message>
    <message>
        <source>Select the nodes to run to.</source>
        <translation>Knoten wählen, bis zu denen ausgeführt wird.</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>Step an &amp;item</source>
        <translation>Ein &amp;Element weiter</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>Ausführen</translation>
    </message>
    <message>
        <source>Show &amp;all</source>
        <translation>&amp;Alles zeigen</translation>
    </message>
    <message>
        <source>Show &amp;selection</source>
        <translation>Aus&amp;wahl zeigen</translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation>&amp;100 %</translation>
    </message>
    <message>
        <source>&amp;High contrast</source>
        <translation>&amp;Hoher Kontrast</translation>
    </message>
    <message>
        <source>&amp;Graph</source>
        <translation>&amp;Graph</translation>
    </message>
    <message>
        <source>&amp;Add a node…</source>
        <translation>Knoten &amp;hinzufügen…</translation>
    </message>
    <message>
        <source>Add a node (Tab)</source>
        <translation>Knoten hinzufügen (Tab)</translation>
    </message>
    <message>
        <source>Make a &amp;subgraph</source>
        <translation>&amp;Untergraph bilden</translation>
    </message>
    <message>
        <source>Select the nodes of the subgraph.</source>
        <translation>Die Knoten des Untergraphen wählen.</translation>
    </message>
    <message>
        <source>Make a subgraph</source>
        <translation>Untergraph bilden</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>Name:</translation>
    </message>
    <message>
        <source>part</source>
        <translation>teil</translation>
    </message>
    <message>
        <source>&amp;Dissolve the subgraph</source>
        <translation>Untergraph auf&amp;lösen</translation>
    </message>
    <message>
        <source>Dissolve</source>
        <translation>Auflösen</translation>
    </message>
    <message>
        <source>&amp;Enter the subgraph</source>
        <translation>Untergraph &amp;betreten</translation>
    </message>
    <message>
        <source>&amp;Leave the subgraph</source>
        <translation>Untergraph &amp;verlassen</translation>
    </message>
    <message>
        <source>&amp;Backdrop</source>
        <translation>&amp;Hintergrund</translation>
    </message>
    <message>
        <source>&amp;Note</source>
        <translation>&amp;Notiz</translation>
    </message>
    <message>
        <source>Backdrop</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>Title:</source>
        <translation>Titel:</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Text:</source>
        <translation>Text:</translation>
    </message>
    <message>
        <source>Change the text</source>
        <translation>Text ändern</translation>
    </message>
    <message>
        <source>Select a subgraph to enter it.</source>
        <translation>Zum Betreten einen Untergraphen wählen.</translation>
    </message>
    <message>
        <source>Add a backdrop</source>
        <translation>Hintergrund hinzufügen</translation>
    </message>
    <message>
        <source>Add a note</source>
        <translation>Notiz hinzufügen</translation>
    </message>
    <message>
        <source>Where the canvas is</source>
        <translation>Wo die Fläche ist</translation>
    </message>
    <message>
        <source>&amp;Arrange</source>
        <translation>&amp;Anordnen</translation>
    </message>
    <message>
        <source>&amp;Lay out</source>
        <translation>&amp;Anordnen</translation>
    </message>
    <message>
        <source>Align l&amp;eft</source>
        <translation>&amp;Links ausrichten</translation>
    </message>
    <message>
        <source>Align &amp;right</source>
        <translation>&amp;Rechts ausrichten</translation>
    </message>
    <message>
        <source>Align &amp;top</source>
        <translation>&amp;Oben ausrichten</translation>
    </message>
    <message>
        <source>Align &amp;bottom</source>
        <translation>&amp;Unten ausrichten</translation>
    </message>
    <message>
        <source>Centre in a &amp;column</source>
        <translation>In einer &amp;Spalte zentrieren</translation>
    </message>
    <message>
        <source>Centre in a ro&amp;w</source>
        <translation>In einer &amp;Zeile zentrieren</translation>
    </message>
    <message>
        <source>Distribute &amp;horizontally</source>
        <translation>&amp;Waagerecht verteilen</translation>
    </message>
    <message>
        <source>Distribute &amp;vertically</source>
        <translation>&amp;Senkrecht verteilen</translation>
    </message>
    <message>
        <source>Select &amp;upstream</source>
        <translation>&amp;Vorgänger auswählen</translation>
    </message>
    <message>
        <source>Select &amp;downstream</source>
        <translation>&amp;Nachfolger auswählen</translation>
    </message>
    <message>
        <source>C&amp;onnect two nodes</source>
        <translation>Zwei Knoten &amp;verbinden</translation>
    </message>
    <message>
        <source>Remove and &amp;join the wires</source>
        <translation>Entfernen und Leitungen &amp;schließen</translation>
    </message>
    <message>
        <source>Take o&amp;ff the wires</source>
        <translation>Von den Leitungen &amp;nehmen</translation>
    </message>
    <message>
        <source>Add a reroute &amp;dot</source>
        <translation>Umleitungs&amp;punkt hinzufügen</translation>
    </message>
    <message>
        <source>Select a wire: a click on it does.</source>
        <translation>Leitung wählen: ein Klick darauf genügt.</translation>
    </message>
    <message>
        <source>Go to the node at the left</source>
        <translation>Zum Knoten links</translation>
    </message>
    <message>
        <source>Go to the node at the right</source>
        <translation>Zum Knoten rechts</translation>
    </message>
    <message>
        <source>Go to the node above</source>
        <translation>Zum Knoten darüber</translation>
    </message>
    <message>
        <source>Go to the node below</source>
        <translation>Zum Knoten darunter</translation>
    </message>
    <message>
        <source>Show the &amp;map</source>
        <translation>&amp;Karte zeigen</translation>
    </message>
    <message>
        <source>Select two nodes to connect them.</source>
        <translation>Zum Verbinden zwei Knoten wählen.</translation>
    </message>
    <message>
        <source>Select the nodes first.</source>
        <translation>Zuerst die Knoten wählen.</translation>
    </message>
    <message>
        <source>Against another &amp;branch…</source>
        <translation>Gegen einen anderen &amp;Zweig…</translation>
    </message>
    <message>
        <source>Show the &amp;parameter outside</source>
        <translation>&amp;Parameter außen zeigen</translation>
    </message>
    <message>
        <source>Show outside</source>
        <translation>Außen zeigen</translation>
    </message>
    <message>
        <source>&amp;Mute</source>
        <translation>&amp;Stumm</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>Stumm</translation>
    </message>
    <message>
        <source>B&amp;ypass</source>
        <translation>&amp;Umgehen</translation>
    </message>
    <message>
        <source>Bypass</source>
        <translation>Umgehen</translation>
    </message>
    <message>
        <source>&amp;Freeze</source>
        <translation>Ein&amp;frieren</translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation>Einfrieren</translation>
    </message>
    <message>
        <source>Thaw</source>
        <translation>Auftauen</translation>
    </message>
    <message>
        <source>Thawed: they run again.</source>
        <translation>Aufgetaut: sie laufen wieder.</translation>
    </message>
    <message>
        <source>Frozen: the results of this run are kept until they are thawed.</source>
        <translation>Eingefroren: Die Ergebnisse dieses Laufs gelten bis zum Auftauen.</translation>
    </message>
    <message>
        <source>Run &amp;from the selection</source>
        <translation>Ab der Aus&amp;wahl ausführen</translation>
    </message>
    <message>
        <source>&amp;Preview on the node</source>
        <translation>&amp;Vorschau am Knoten</translation>
    </message>
    <message>
        <source>Card of the &amp;wire</source>
        <translation>Karte der &amp;Leitung</translation>
    </message>
    <message>
        <source>&amp;Colour nodes by</source>
        <translation>Knoten &amp;färben nach</translation>
    </message>
    <message>
        <source>&amp;Off</source>
        <translation>&amp;Aus</translation>
    </message>
    <message>
        <source>&amp;Cost</source>
        <translation>&amp;Kosten</translation>
    </message>
    <message>
        <source>&amp;Memory</source>
        <translation>&amp;Speicher</translation>
    </message>
    <message>
        <source>&amp;Failed and skipped items</source>
        <translation>&amp;Fehler und Ausgelassenes</translation>
    </message>
    <message>
        <source>&amp;Viewer slots</source>
        <translation>&amp;Plätze der Betrachter</translation>
    </message>
    <message>
        <source>&amp;Send the selection to a slot</source>
        <translation>Auswahl auf einen &amp;Platz legen</translation>
    </message>
    <message>
        <source>Slot &amp;%1</source>
        <translation>Platz &amp;%1</translation>
    </message>
    <message>
        <source>&amp;A or B</source>
        <translation>&amp;A oder B</translation>
    </message>
    <message>
        <source>&amp;Wipe between A and B</source>
        <translation>Zwischen A und B &amp;wischen</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Run ended: %1</source>
        <translation>Lauf beendet: %1</translation>
    </message>
    <message>
        <source>No worker</source>
        <translation>Kein Arbeiter</translation>
    </message>
    <message>
        <source>Worker starts…</source>
        <translation>Arbeiter startet…</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird beendet…</translation>
    </message>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Fortsetzen</translation>
    </message>
    <message>
        <source>Add %1</source>
        <translation>%1 hinzufügen</translation>
    </message>
    <message>
        <source>There is nothing to run: add nodes with Tab.</source>
        <translation>Es gibt nichts auszuführen: Tab fügt Knoten hinzu.</translation>
    </message>
    <message>
        <source>Unsaved changes</source>
        <translation>Ungespeicherte Änderungen</translation>
    </message>
    <message>
        <source>Save the changes of %1?</source>
        <translation>Die Änderungen an %1 speichern?</translation>
    </message>
    <message>
        <source>%1 can't be opened: see the problems.</source>
        <translation>%1 kann nicht geöffnet werden, siehe Probleme.</translation>
    </message>
    <message>
        <source>The graph in %1 can't be opened: see the problems.</source>
        <translation>Der Graph in %1 kann nicht geöffnet werden, siehe Probleme.</translation>
    </message>
    <message>
        <source>Recover</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Not recovered</source>
        <translation>Nicht wiederhergestellt</translation>
    </message>
    <message>
        <source>Save the graph</source>
        <translation>Den Graphen speichern</translation>
    </message>
    <message>
        <source>The file has changed</source>
        <translation>Die Datei wurde geändert</translation>
    </message>
    <message>
        <source>%1 was changed by another program since it was opened. Save over it? (The other version is kept.)</source>
        <translation>%1 wurde seit dem Öffnen von einem anderen Programm geändert. Überschreiben? (Die andere Fassung wird aufgehoben.)</translation>
    </message>
    <message>
        <source>nobody may write the file</source>
        <translation>niemand darf die Datei schreiben</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Gespeichert.</translation>
    </message>
    <message>
        <source>%1 was not saved: %2. The changes are kept here and in the journal.</source>
        <translation>%1 wurde nicht gespeichert: %2. Die Änderungen bleiben hier und im Journal erhalten.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>Speichern unter…</translation>
    </message>
    <message>
        <source>There is nothing to export yet.</source>
        <translation>Es gibt noch nichts zu exportieren.</translation>
    </message>
    <message>
        <source>PNG picture (*.png)</source>
        <translation>PNG-Bild (*.png)</translation>
    </message>
    <message>
        <source>SVG drawing (*.svg)</source>
        <translation>SVG-Zeichnung (*.svg)</translation>
    </message>
    <message>
        <source>Export a picture that carries the graph</source>
        <translation>Ein Bild exportieren, das den Graphen enthält</translation>
    </message>
    <message>
        <source>Exported to %1. Opening or dropping it brings the graph back.</source>
        <translation>Nach %1 exportiert. Öffnen oder Ablegen bringt den Graphen zurück.</translation>
    </message>
    <message>
        <source>%1 was not written: %2.</source>
        <translation>%1 wurde nicht geschrieben: %2.</translation>
    </message>
    <message>
        <source>Export again…</source>
        <translation>Noch einmal exportieren…</translation>
    </message>
    <message>
        <source>%1 is not there any more. What you see is kept here.</source>
        <translation>%1 ist nicht mehr da. Was zu sehen ist, bleibt hier erhalten.</translation>
    </message>
    <message>
        <source>Save it again</source>
        <translation>Neu speichern</translation>
    </message>
    <message>
        <source>%1 changed on disk.</source>
        <translation>%1 wurde auf der Platte geändert.</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>Neu laden</translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation>Meine behalten</translation>
    </message>
    <message>
        <source>Show what differs</source>
        <translation>Unterschiede zeigen</translation>
    </message>
    <message>
        <source>The file on disk is no graph any more: see the problems. What you see is kept.</source>
        <translation>Die Datei auf der Platte ist kein Graph mehr, siehe Probleme. Was zu sehen ist, bleibt.</translation>
    </message>
    <message>
        <source>Reloaded.</source>
        <translation>Neu geladen.</translation>
    </message>
    <message>
        <source>only on disk:  %1  %2</source>
        <translation>nur auf der Platte:  %1  %2</translation>
    </message>
    <message>
        <source>only here:  %1  %2</source>
        <translation>nur hier:  %1  %2</translation>
    </message>
    <message>
        <source>%1:  here %2, on disk %3</source>
        <translation>%1:  hier %2, auf der Platte %3</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>Unterschiede</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>Pipelines for perception and on-device models: draw them, run them, look into every wire.</source>
        <translation>Pipelines für Wahrnehmung und Modelle auf Geräten: zeichnen, ausführen, in jede Leitung sehen.</translation>
    </message>
    <message>
        <source>New graph</source>
        <translation>Neuer Graph</translation>
    </message>
    <message>
        <source>Open a graph…</source>
        <translation>Graph öffnen…</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt benutzt</translation>
    </message>
    <message>
        <source>Ready-made graphs</source>
        <translation>Fertige Graphen</translation>
    </message>
    <message>
        <source>The folder of ready-made graphs was not found.</source>
        <translation>Der Ordner der fertigen Graphen wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>Or drop a graph here, or a picture that was exported from a canvas. F1 opens the help.</source>
        <translation>Oder hier einen Graphen ablegen, oder ein Bild, das von einer Fläche exportiert wurde. F1 öffnet die Hilfe.</translation>
    </message>
    <message>
        <source>Run %1</source>
        <translation>%1 ausführen</translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation>%1 öffnen</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>%1 is not there any more.</source>
        <translation>%1 ist nicht mehr da.</translation>
    </message>
    <message>
        <source>“%1” has changes that were not saved when its editor ended (%2).</source>
        <translation>„%1“ hat Änderungen, die beim Ende des Editors nicht gespeichert waren (%2).</translation>
    </message>
    <message>
        <source>Add a node</source>
        <translation>Knoten hinzufügen</translation>
    </message>
    <message>
        <source>On the canvas</source>
        <translation>Auf der Fläche</translation>
    </message>
    <message>
        <source>Help on the &amp;selected node</source>
        <translation>Hilfe zum ausgewählten &amp;Knoten</translation>
    </message>
    <message>
        <source>Select one node to read about its type.</source>
        <translation>Einen Knoten wählen, um über seine Art zu lesen.</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;About Millrace</source>
        <translation>Ü&amp;ber Millrace</translation>
    </message>
    <message>
        <source>About Millrace</source>
        <translation>Über Millrace</translation>
    </message>
    <message>
        <source>nothing to undo</source>
        <translation>nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>nothing to redo</source>
        <translation>nichts zu wiederholen</translation>
    </message>
    <message>
        <source>this is the outermost graph</source>
        <translation>dies ist der äußerste Graph</translation>
    </message>
    <message>
        <source>a run is under way</source>
        <translation>ein Lauf ist im Gange</translation>
    </message>
    <message>
        <source>nothing runs</source>
        <translation>nichts läuft</translation>
    </message>
    <message>
        <source>pause the run first</source>
        <translation>den Lauf zuerst anhalten</translation>
    </message>
    <message>
        <source>&amp;Find in the graph…</source>
        <translation>Im Graphen &amp;suchen…</translation>
    </message>
    <message>
        <source>Find the &amp;next</source>
        <translation>&amp;Nächsten Treffer suchen</translation>
    </message>
    <message>
        <source>Find the one &amp;before</source>
        <translation>&amp;Vorigen Treffer suchen</translation>
    </message>
    <message>
        <source>C&amp;ommand palette…</source>
        <translation>&amp;Befehle suchen…</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>&amp;Einstellungen…</translation>
    </message>
    <message>
        <source>&amp;Export a picture…</source>
        <translation>Bild &amp;exportieren…</translation>
    </message>
    <message>
        <source>Show the &amp;log</source>
        <translation>&amp;Protokoll zeigen</translation>
    </message>
    <message>
        <source>&amp;Worker</source>
        <translation>&amp;Arbeiter</translation>
    </message>
    <message>
        <source>Graphs run on %1 now.</source>
        <translation>Graphen laufen jetzt auf %1.</translation>
    </message>
    <message>
        <source>Graphs run on this machine now.</source>
        <translation>Graphen laufen jetzt auf diesem Rechner.</translation>
    </message>
    <message>
        <source>No worker on %1: %2</source>
        <translation>Kein Arbeiter auf %1: %2</translation>
    </message>
    <message>
        <source>Use this machine</source>
        <translation>Diesen Rechner benutzen</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Search for a command</source>
        <translation>Befehl suchen</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>not now</source>
        <translation>jetzt nicht</translation>
    </message>
    <message>
        <source>No command matches.</source>
        <translation>Kein Befehl passt.</translation>
    </message>
    <message>
        <source>Find nodes, parameters, values, notes</source>
        <translation>Knoten, Parameter, Werte, Notizen suchen</translation>
    </message>
    <message>
        <source>Find in the graph</source>
        <translation>Im Graphen suchen</translation>
    </message>
    <message>
        <source>The one before (Shift+F3)</source>
        <translation>Der vorige (Umschalt+F3)</translation>
    </message>
    <message>
        <source>The next one (F3)</source>
        <translation>Der nächste (F3)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>The picture holds no graph</source>
        <translation>Das Bild enthält keinen Graphen</translation>
    </message>
    <message>
        <source>The file is no PNG</source>
        <translation>Die Datei ist kein PNG</translation>
    </message>
    <message>
        <source>The graph in the picture is damaged</source>
        <translation>Der Graph im Bild ist beschädigt</translation>
    </message>
    <message>
        <source>The picture can't be opened: %1</source>
        <translation>Das Bild kann nicht geöffnet werden: %1</translation>
    </message>
    <message>
        <source>The SVG can't be read: %1</source>
        <translation>Das SVG kann nicht gelesen werden: %1</translation>
    </message>
    <message>
        <source>press the key</source>
        <translation>Taste drücken</translation>
    </message>
    <message>
        <source>Press the new key</source>
        <translation>Die neue Taste drücken</translation>
    </message>
    <message>
        <source>Choose a folder on %1</source>
        <translation>Ordner auf %1 wählen</translation>
    </message>
    <message>
        <source>Choose a file on %1</source>
        <translation>Datei auf %1 wählen</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>The folder above</source>
        <translation>Der Ordner darüber</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>Files and folders</source>
        <translation>Dateien und Ordner</translation>
    </message>
    <message>
        <source>Choose</source>
        <translation>Wählen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>Seiten der Einstellungen</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Autosave</source>
        <translation>Sicherung</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>Hoher Kontrast</translation>
    </message>
    <message>
        <source>Colours:</source>
        <translation>Farben:</translation>
    </message>
    <message>
        <source>That of the system</source>
        <translation>Die des Systems</translation>
    </message>
    <message>
        <source>Language:</source>
        <translation>Sprache:</translation>
    </message>
    <message>
        <source>That of the display</source>
        <translation>Die des Bildschirms</translation>
    </message>
    <message>
        <source>Size:</source>
        <translation>Größe:</translation>
    </message>
    <message>
        <source>Changes are kept after:</source>
        <translation>Änderungen werden gesichert nach:</translation>
    </message>
    <message>
        <source>millrace, beside this program</source>
        <translation>millrace, neben diesem Programm</translation>
    </message>
    <message>
        <source>Program on this machine:</source>
        <translation>Programm auf diesem Rechner:</translation>
    </message>
    <message>
        <source>Hosts:</source>
        <translation>Rechner:</translation>
    </message>
    <message>
        <source>being counted…</source>
        <translation>wird gezählt…</translation>
    </message>
    <message>
        <source>Kept results:</source>
        <translation>Aufgehobene Ergebnisse:</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>Program there</source>
        <translation>Programm dort</translation>
    </message>
    <message>
        <source>Add a host</source>
        <translation>Rechner hinzufügen</translation>
    </message>
    <message>
        <source>Leave as it is</source>
        <translation>So lassen</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>Ändern…</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>The keys of viewers are fixed.</source>
        <translation>Die Tasten der Betrachter stehen fest.</translation>
    </message>
    <message>
        <source>%1 is the key of %2, which can't be changed.</source>
        <translation>%1 ist die Taste von %2, die fest ist.</translation>
    </message>
    <message>
        <source>%1 is the key of %2 already.</source>
        <translation>%1 ist schon die Taste von %2.</translation>
    </message>
    <message>
        <source>Give it to “%1”</source>
        <translation>An „%1“ geben</translation>
    </message>
    <message>
        <source>A host needs a name.</source>
        <translation>Ein Rechner braucht einen Namen.</translation>
    </message>
    <message>
        <source>Where graphs run</source>
        <translation>Wo Graphen laufen</translation>
    </message>
    <message>
        <source>This machine</source>
        <translation>Dieser Rechner</translation>
    </message>
    <message>
        <source>Edit the list…</source>
        <translation>Liste bearbeiten…</translation>
    </message>
    <message>
        <source>this machine</source>
        <translation>dieser Rechner</translation>
    </message>
    <message>
        <source>%1: not connected</source>
        <translation>%1: nicht verbunden</translation>
    </message>
    <message>
        <source>%1: connecting…</source>
        <translation>%1: wird verbunden…</translation>
    </message>
    <message>
        <source>on %1</source>
        <translation>auf %1</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>Anleitung</translation>
    </message>
    <message>
        <source>Nodes: %1</source>
        <translation>Knoten: %1</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>The canvas</source>
        <translation>Die Fläche</translation>
    </message>
    <message>
        <source>The inspector</source>
        <translation>Der Inspektor</translation>
    </message>
    <message>
        <source>Viewers</source>
        <translation>Betrachter</translation>
    </message>
    <message>
        <source>Runs and comparing</source>
        <translation>Läufe und Vergleiche</translation>
    </message>
    <message>
        <source>Other machines</source>
        <translation>Andere Rechner</translation>
    </message>
    <message>
        <source>The worker's protocol</source>
        <translation>Das Protokoll des Arbeiters</translation>
    </message>
    <message>
        <source>Help page</source>
        <translation>Hilfeseite</translation>
    </message>
    <message>
        <source>Help – Millrace</source>
        <translation>Hilfe – Millrace</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Vor</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search the help</source>
        <translation>Hilfe durchsuchen</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>No page matches.</source>
        <translation>Keine Seite passt.</translation>
    </message>
    <message>
        <source>any</source>
        <translation>beliebig</translation>
    </message>
    <message>
        <source>optional</source>
        <translation>wahlfrei</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>ab %1</translation>
    </message>
    <message>
        <source>to %1</source>
        <translation>bis %1</translation>
    </message>
    <message>
        <source>at the next item</source>
        <translation>beim nächsten Element</translation>
    </message>
    <message>
        <source>restarts the node</source>
        <translation>startet den Knoten neu</translation>
    </message>
    <message>
        <source>at the next run</source>
        <translation>beim nächsten Lauf</translation>
    </message>
    <message>
        <source>version %1</source>
        <translation>Fassung %1</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingänge</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgänge</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>A change holds</source>
        <translation>Eine Änderung gilt</translation>
    </message>
    <message>
        <source>Works on several items at once.</source>
        <translation>Bearbeitet mehrere Elemente zugleich.</translation>
    </message>
    <message>
        <source>Works on one item at a time.</source>
        <translation>Bearbeitet ein Element nach dem anderen.</translation>
    </message>
    <message>
        <source>Its results can be kept and used again.</source>
        <translation>Seine Ergebnisse können aufgehoben und wieder benutzt werden.</translation>
    </message>
    <message>
        <source>Its results are never kept.</source>
        <translation>Seine Ergebnisse werden nie aufgehoben.</translation>
    </message>
    <message>
        <source>Behaviour</source>
        <translation>Verhalten</translation>
    </message>
    <message>
        <source>Search node types</source>
        <translation>Knotenarten suchen</translation>
    </message>
    <message>
        <source>The worker has not told its node types yet.</source>
        <translation>Der Arbeiter hat seine Knotenarten noch nicht genannt.</translation>
    </message>
    <message>
        <source>No node type matches.</source>
        <translation>Keine Knotenart passt.</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Another run is under way.</source>
        <translation>Ein anderer Lauf ist im Gange.</translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s)</source>
        <translation>
            <numerusform>etwa %n Sekunde</numerusform>
            <numerusform>etwa %n Sekunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n gefunden</numerusform>
            <numerusform>%n gefunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 in %n file(s), of at most %2</source>
        <translation>
            <numerusform>%1 in %n Datei, von höchstens %2</numerusform>
            <numerusform>%1 in %n Dateien, von höchstens %2</numerusform>
        </translation>
    </message>
    <message>
        <source>Select a node to see its parameters.</source>
        <translation>Einen Knoten wählen, um seine Parameter zu sehen.</translation>
    </message>
    <message>
        <source>Parameters of the selected node</source>
        <translation>Parameter des ausgewählten Knotens</translation>
    </message>
    <message>
        <source>Title of the node</source>
        <translation>Titel des Knotens</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>Zahlen</translation>
    </message>
    <message>
        <source>Inputs and outputs</source>
        <translation>Ein- und Ausgänge</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>Referenz</translation>
    </message>
    <message>
        <source>Open the reference page</source>
        <translation>Referenzseite öffnen</translation>
    </message>
    <message>
        <source>Not run yet.</source>
        <translation>Noch nicht gelaufen.</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>Auffrischen</translation>
    </message>
    <message>
        <source>This graph</source>
        <translation>Dieser Graph</translation>
    </message>
    <message>
        <source>Succeeded</source>
        <translation>Gelungen</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>Unterbrochen</translation>
    </message>
    <message>
        <source>Broken</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Fortsetzen</translation>
    </message>
    <message>
        <source>&amp;Open its graph</source>
        <translation>Seinen Graphen &amp;öffnen</translation>
    </message>
    <message>
        <source>&amp;Go through its items</source>
        <translation>Seine Elemente &amp;durchgehen</translation>
    </message>
    <message>
        <source>Use as re&amp;ference</source>
        <translation>Als Re&amp;ferenz benutzen</translation>
    </message>
    <message>
        <source>&amp;Compare the two runs</source>
        <translation>Die beiden Läufe &amp;vergleichen</translation>
    </message>
    <message>
        <source>Compare two runs</source>
        <translation>Zwei Läufe vergleichen</translation>
    </message>
</context>
</TS>
